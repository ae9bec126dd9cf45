"""
The results of statements, and the part of them that is returned. A value is null, a text, or one of these: an integer
below 2^53 is a number, a larger one {"i": digits}; {"f": repr} floating-point; {"n": text} decimal; {"d"}, {"t"} date and
date-time in ISO's order; {"z": text} a date with zeros; {"l": microseconds} a length of time; {"b": base64} bytes.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

_EXACT = 1 << 53
_MOST_TOLD = 50
_LONGEST_NAME = 256
_MOST_NAMES = 1 << 20


def integer(value: int) -> int | dict[str, str]:
    """An integer as JSON: as text if JavaScript cannot hold it exactly."""
    return value if -_EXACT < value < _EXACT else {"i": str(value)}


def floating(value: float) -> dict[str, str]:
    """A float as JSON, with all digits."""
    return {"f": repr(value)}


class Caps(NamedTuple):
    """Maximum rows and bytes of a statement that are returned, and that are kept of the one that may be the answer."""

    rows: int
    size: int
    kept_rows: int
    kept_size: int

    @classmethod
    def of(cls, request: dict) -> "Caps":
        return cls(request["max_rows"], request["max_bytes"], request["kept_rows"], request["kept_bytes"])


class Outcome:
    """
    One statement's rows: all are counted, the first are kept unconverted. `columns` is `None` for a statement without
    rows. `values` converts a row to the values that are returned.
    """

    def __init__(self, columns: list[str] | None, affected: int, values: Callable[[Any], list] | None, caps: Caps) -> None:
        self.columns = columns
        self.affected = affected
        self.count = 0
        self._values = values
        self._caps = caps
        self._rows = []
        self._lengths = []
        self._size = 0
        self._full = caps.kept_rows == 0

    def wants(self) -> bool:
        """Whether another row may be kept."""
        return not self._full

    def keep(self, row: Any, length: int) -> None:
        """
        Keep a row if there is space for it. `length`: one for each value plus the bytes of its text. A value costs eight
        bytes plus its length, as many short values need far more memory than their texts.
        """
        self.count += 1
        self._size += length + 8 * len(self.columns)
        if self._size > self._caps.kept_size:
            self._full = True
            return
        self._rows.append(row)
        self._lengths.append(length)
        self._full = len(self._rows) == self._caps.kept_rows

    def trim(self, size: int) -> int:
        """Limit the returned rows to this many bytes; returns the bytes used."""
        shown = self._shown(size)
        del self._rows[shown:], self._lengths[shown:]
        return sum(self._lengths)

    def _shown(self, size: int) -> int:
        most = min(self._caps.rows, len(self._rows))
        for at in range(most):
            size -= self._lengths[at]
            if size < 0:
                return at
        return most

    def all_rows(self) -> list:
        """The kept rows."""
        return [self._values(row) for row in self._rows]

    def told(self) -> dict:
        rows = [self._values(row) for row in self._rows[: self._shown(self._caps.size)]]
        return {"columns": self.columns, "rows": rows, "count": self.count, "affected": self.affected}


class Outcomes:
    """
    The results of an action's statements: the first ones, which share the limits of one statement, and always the last.
    """

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._all = []
        self._left_out = 0
        self._left_size = caps.size
        self._left_names = _MOST_NAMES

    def begin(self, columns: Iterable[str], values: Callable[[Any], list]) -> Outcome:
        """A statement with rows. Column names are cut, as many columns may have long names."""
        return self._add([name[:_LONGEST_NAME] for name in columns], 0, values)

    def done(self, affected: int) -> None:
        """A statement without rows."""
        self._add(None, affected, None)

    def _add(self, columns: list[str] | None, affected: int, values: Callable[[Any], list] | None) -> Outcome:
        if self._all:
            former = self._all[-1]
            self._left_size -= former.trim(self._left_size)
            self._left_names -= sum(map(len, former.columns or ()))
            if len(self._all) == _MOST_TOLD or self._left_names < 0:
                self._all.pop()
                self._left_out += 1
        self._all.append(Outcome(columns, affected, values, self._caps))
        return self._all[-1]

    def answer(self) -> Outcome | None:
        """The last statement's outcome if it gave rows."""
        return self._all[-1] if self._all and self._all[-1].columns is not None else None

    def told(self) -> dict:
        """As JSON."""
        return {"results": [one.told() for one in self._all], "left_out": self._left_out}
