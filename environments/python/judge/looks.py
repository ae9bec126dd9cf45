"""What the judge has seen of names in the solution process, so that one name is asked for once."""

from collections.abc import Iterable

from .remote import Remote


class Looks:
    """
    Those of one test. Plain values hold until something is done in the solution process, which may change them; an object
    holds until its name is bound again. `epoch`: how often something was done there.
    """

    def __init__(self) -> None:
        self._values = {}
        self._objects = {}
        self.epoch = 0

    def find(self, name: str, default: object) -> object:
        """What was seen of a name, or the default."""
        return self._values.get(name, self._objects.get(name, default))

    def keep(self, name: str, value: object) -> None:
        """A name was looked at."""
        (self._objects if isinstance(value, Remote) else self._values)[name] = value

    def forget(self, names: Iterable[str]) -> None:
        """Names have other values now."""
        for name in names:
            self._objects.pop(name, None)

    def changed(self) -> None:
        """Something is done in the solution process that may change what was seen there."""
        self._values.clear()
        self.epoch += 1
