"""
What statements gave, and how much of it is told. A value is null or a text, or: an integer below 2^53 as a number, and
as {"i": digits} above; {"f": repr} floating-point; {"n": text} decimal; {"d"}, {"t"} date and date-time in ISO's order;
{"z": text} a date with zeros; {"l": microseconds} a length of time; {"b": base64} bytes.
"""

from typing import NamedTuple

_EXACT = 1 << 53
_MOST_TOLD = 50


def integer(value: int):
    return value if -_EXACT < value < _EXACT else {"i": str(value)}


def floating(value: float):
    return {"f": repr(value)}


class Caps(NamedTuple):
    """How many rows and bytes are kept of one statement: all that a grade may need of the last, a look at the others."""

    rows: int
    size: int
    kept_rows: int
    kept_size: int

    @classmethod
    def of(cls, request: dict) -> "Caps":
        return cls(request["max_rows"], request["max_bytes"], request["kept_rows"], request["kept_bytes"])


class Outcome:
    """One statement's rows, the first of them kept and all counted; `columns` is `None` where it has none to give."""

    def __init__(self, columns, affected: int, caps: Caps) -> None:
        self.columns = columns
        self.affected = affected
        self.rows = []
        self.count = 0
        self.shown_size = 0
        self._shown = 0
        self._caps = caps
        self._size = 0

    def wants(self) -> bool:
        """Whether another row is kept at all."""
        caps = self._caps
        return self.count == len(self.rows) < caps.kept_rows and self._size < caps.kept_size

    def keep(self, row: list, size: int) -> None:
        self._size += size
        if self._shown == self.count < self._caps.rows and self._size <= self._caps.size:
            self._shown += 1
            self.shown_size = self._size
        self.rows.append(row)
        self.count += 1

    def trim(self) -> None:
        """Keep a look at it."""
        del self.rows[self._shown :]

    def told(self) -> dict:
        return {"columns": self.columns, "rows": self.rows, "count": self.count, "affected": self.affected}


class Outcomes:
    """What the statements of one action gave, within common caps: the first ones, and always the last."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._all = []
        self._left_out = 0

    def begin(self, columns) -> Outcome:
        return self._add(columns, 0)

    def done(self, affected: int) -> None:
        self._add(None, affected)

    def _add(self, columns, affected: int) -> Outcome:
        if self._all:
            former = self._all[-1]
            former.trim()
            self._caps = self._caps._replace(size=max(0, self._caps.size - former.shown_size))
            if len(self._all) == _MOST_TOLD:
                self._all.pop()
                self._left_out += 1
        self._all.append(Outcome(columns, affected, self._caps))
        return self._all[-1]

    def told(self) -> dict:
        """As JSON."""
        return {"results": [one.told() for one in self._all], "left_out": self._left_out}
