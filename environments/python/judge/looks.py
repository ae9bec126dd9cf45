"""Values of the solution process's names that the judge has read, so that it requests each name once."""

from collections.abc import Iterable

from .remote import Remote


class Looks:
    """
    The read values of one test. A plain value is valid until an operation in the solution process, which may change it. An
    object is valid until its name is bound again. `epoch`: the number of operations there.
    """

    def __init__(self) -> None:
        self._values = {}
        self._objects = {}
        self.epoch = 0

    def find(self, name: str, default: object) -> object:
        """The read value of a name, or the default."""
        return self._values.get(name, self._objects.get(name, default))

    def keep(self, name: str, value: object) -> None:
        """Keep the value of a name that was read."""
        (self._objects if isinstance(value, Remote) else self._values)[name] = value

    def forget(self, names: Iterable[str]) -> None:
        """Names have other values now."""
        for name in names:
            self._objects.pop(name, None)

    def changed(self) -> None:
        """Note an operation in the solution process, which may change the read values."""
        self._values.clear()
        self.epoch += 1
