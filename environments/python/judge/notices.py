"""Notes on a solution's answers to one test that are not plain data. The server compares them with the gold's."""

import re

_NAN = re.compile(r"(\b|is)nan\b", re.IGNORECASE)
_INFINITE = re.compile(r"inf\b|infinit|finite", re.IGNORECASE)
# Maximum notices of one test, and characters of one notice.
_MOST = 200
_LENGTH = 200


class Notices(set):
    """The notices of one test. source: the test's source. If it names NaN or infinity, they are data."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self._named = {kind for kind, name in (("nan", _NAN), ("infinite", _INFINITE)) if name.search(source)}

    def names(self, kind: str) -> bool:
        """Whether the test's source names this kind."""
        return kind in self._named

    def tell(self, kind: str, detail: str) -> None:
        """Add one, unless the test names its kind."""
        if self.names(kind):
            return
        self.add(f"{kind} {detail}"[:_LENGTH] if len(self) < _MOST else "use more")
