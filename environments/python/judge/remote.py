"""The judge's references to objects of the solution that are not plain values."""

import collections
import os

from .errors import builtin_base

# Items are requested one by one at first, so that a lazy iterator stays lazy; then more and more at a time.
_SINGLY = 64
_MOST = 1024
_UNARY = "neg pos abs invert str int float complex index round trunc floor ceil bytes".split()
_BINARY = (
    "add sub mul truediv floordiv mod divmod pow matmul lshift rshift and or xor "
    "iadd isub imul itruediv ifloordiv imod ipow imatmul ilshift irshift iand ior ixor "
    "radd rsub rmul rtruediv rfloordiv rmod rdivmod rpow rmatmul rlshift rrshift rand ror rxor"
).split()
_SLOTS = ("stepwell_place", "_kind", "_source", "_plainly", "_ahead", "_told")


def _unknown_number():
    """A number from 0 to 1 that no solution knows."""
    return int.from_bytes(os.urandom(6), "big") / (1 << 48)


class Remote:
    """
    A reference to an object of the solution that is not a plain value. It never equals a plain value: a solution's `__eq__`
    counts only among the solution's own objects. Every other operation runs in the solution process and is noted. source:
    the expression of the test that gave it; plainly: operations that are allowed as if it were data, `call` for a function
    or `next` for an iterator.
    """

    __slots__ = _SLOTS

    def __init__(self, process, number, kind, source, plainly):
        keep = object.__setattr__
        keep(self, "stepwell_place", (process, number))
        keep(self, "_kind", kind)
        keep(self, "_source", source)
        keep(self, "_plainly", plainly)
        keep(self, "_ahead", collections.deque())
        # Its reported length and items, and when they were reported.
        keep(self, "_told", {})

    def stepwell_do(self, operation, *more, **named):
        """Request an operation on it; the result is a plain value or another reference."""
        return self.stepwell_place[0].do(operation, self, *more, **named)

    def stepwell_used(self, operation):
        """Note that it is used."""
        if self._plainly != "noticed" and self._plainly != operation:
            self.stepwell_place[0].notice("object", self._source)
            object.__setattr__(self, "_plainly", "noticed")

    def stepwell_like_plain(self, what):
        """Note an operation that plain values, or objects of the setup's classes, also have."""
        self.stepwell_place[0].notice_use(what, self._kind)

    def _among(self, operation, other):
        return self.stepwell_do(operation, other) if isinstance(other, Remote) else NotImplemented

    def __eq__(self, other):
        return self._compared("eq", other, True)

    def __ne__(self, other):
        return self._compared("ne", other, False)

    def _compared(self, operation, other, same):
        """Whether it equals another object, by its class; noted if the class equals anything."""
        said = self._among(operation, other)
        if said is same and other.stepwell_place[1] != self.stepwell_place[1]:
            process, _ = self.stepwell_place
            try:
                lenient = process.do(operation, self, _unknown_number()) is same
            except Exception:
                lenient = False
            if lenient:
                process.notice("lenient", self._source)
        return said

    def __lt__(self, other):
        return self._among("lt", other)

    def __le__(self, other):
        return self._among("le", other)

    def __gt__(self, other):
        return self._among("gt", other)

    def __ge__(self, other):
        return self._among("ge", other)

    def __hash__(self):
        return hash(self.stepwell_do("hash"))

    def __bool__(self):
        return self.stepwell_do("bool") is True

    def __len__(self):
        return self._same("len", self.stepwell_do("len"))

    def __contains__(self, other):
        if isinstance(other, Remote):
            return self.stepwell_do("in", other) is True
        return any(part == other for part in self)

    def __iter__(self):
        if self._plainly == "next":
            return self.stepwell_items(None)
        items = self.stepwell_do("iter")
        if not isinstance(items, Remote):
            items = list(items)
            self._same("items", items)
            self._same("len", len(items))
            return iter(items)
        is_own = items.stepwell_place[1] == self.stepwell_place[1]
        return (self if is_own else items).stepwell_items(None if is_own else self)

    def stepwell_items(self, owner):
        """The items of an iterator. owner: the object they belong to, if it can be asked for them again."""
        taken, count = [], 1
        while True:
            if not self._ahead:
                if len(taken) >= _SINGLY:
                    count = min(2 * count, _MOST)
                items, over = self.stepwell_do("next", count)
                self._ahead.extend(items)
                if over and not self._ahead:
                    break
            taken.append(self._ahead.popleft())
            yield taken[-1]
        if owner is not None:
            owner._same("items", taken)
            owner._same("len", len(taken))

    def __next__(self):
        if not self._ahead:
            items, over = self.stepwell_do("next", 1)
            if over:
                raise StopIteration
            return items[0]
        return self._ahead.popleft()

    def _same(self, what, said):
        """A reported value; noted if it differs from the one before, without an operation in between."""
        process, _ = self.stepwell_place
        epoch, before = self._told.get(what, (None, None))
        if epoch == process.epoch and not _is_same(before, said):
            process.notice("inconsistent", self._source)
        self._told[what] = process.epoch, said
        return said

    def __await__(self):
        return self.stepwell_do("await")
        yield

    def __getitem__(self, key):
        value = self.stepwell_do("item", key)
        return self._same(key, value) if type(key) in (int, str) else value

    def __setitem__(self, key, value):
        self.stepwell_do("store item", key, value)

    def __delitem__(self, key):
        self.stepwell_do("delete item", key)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.stepwell_do("attribute", name)

    def __setattr__(self, name, value):
        self.stepwell_do("store", name, value)

    def __delattr__(self, name):
        self.stepwell_do("delete", name)

    def __call__(self, *positional, **named):
        return self.stepwell_do("call", *positional, **named)

    def __format__(self, how):
        return self.stepwell_do("format", how)

    def __reversed__(self):
        return iter(self.stepwell_do("reversed"))

    def __enter__(self):
        return self.stepwell_do("enter")

    def __exit__(self, kind, error, trace):
        told = () if error is None else (builtin_base(kind), str(error))
        swallows = self.stepwell_do("exit", *told) is True
        if not swallows or error is None:
            return False
        # Its `__exit__` may suppress an error of the test, but never a failed assertion.
        self.stepwell_place[0].notice("swallowed", kind.__name__)
        return not isinstance(error, AssertionError) or hasattr(error, "of_solution")

    def __repr__(self):
        process, _ = self.stepwell_place
        return f"<{self._kind} of the solution>" if process.told else self.stepwell_do("repr")


def _is_same(one, other):
    """Whether two values are equal, objects by identity; no code of the solution runs."""
    if isinstance(one, Remote) or isinstance(other, Remote):
        return type(one) is type(other) and one.stepwell_place[1] == other.stepwell_place[1]
    if type(one) is list and type(other) is list:
        return len(one) == len(other) and all(map(_is_same, one, other))
    return one == other or one != one


def _unary(operation):
    return lambda self, *more: self.stepwell_do(operation, *more)


def _binary(operation):
    def calculate(self, other, *more):
        if not isinstance(other, Remote):
            # Its class gets the other number and computes the result.
            self.stepwell_like_plain(operation)
        return self.stepwell_do(operation, other, *more)

    return calculate


for _names, _make in ((_UNARY, _unary), (_BINARY, _binary)):
    for _name in _names:
        setattr(Remote, f"__{_name}__", _make(_name))
