"""Operations of a solution process on its own objects, by the names that the judge uses."""

import builtins
import math
import operator
from collections.abc import Awaitable

from . import errors

_bool, _hash, _iter, _len, _next, _isinstance = bool, hash, iter, len, next, isinstance
_type, _getattr, _setattr, _delattr, _hasattr, _callable = type, getattr, setattr, delattr, hasattr, callable
_issubclass, _reversed, _pow, _round, _id = issubclass, reversed, pow, round, id
_BINARY = "add sub mul truediv floordiv mod pow matmul lshift rshift".split()
_IN_PLACE = [f"i{name}" for name in (*_BINARY, "and", "or", "xor")]
# Errors that an iterator raised after the items that were sent: they are raised next.
_LATER = {}


def _items(one, count):
    """Up to this many items of an iterator, and whether it has ended."""
    if _id(one) in _LATER:
        raise _LATER.pop(_id(one))
    items = []
    try:
        for _ in range(count):
            items.append(_next(one))
    except StopIteration:
        return items, True
    except BaseException as error:
        if not items:
            raise
        _LATER[_id(one)] = error
    return items, False


def _leave(one, base=None, message=""):
    if base is None:
        return _type(one).__exit__(one, None, None, None)
    error = errors.made({"base": base, "message": message}, errors.Classes({}.get), str)
    return _type(one).__exit__(one, _type(error), error, None)


_runners = []


def awaited(one: Awaitable) -> object:
    """The result of an awaitable; all use one event loop."""
    import asyncio

    async def waiting():
        return await one

    if not _runners:
        _runners.append(asyncio.Runner())
    return _runners[0].run(waiting())


def _in_turn(name):
    straight = _getattr(operator, f"{name}_" if name in ("and", "or") else name, None) or divmod
    return lambda one, other: straight(other, one)


OPERATIONS = {
    "eq": lambda one, other: _bool(one == other),
    "ne": lambda one, other: _bool(one != other),
    "lt": lambda one, other: _bool(one < other),
    "le": lambda one, other: _bool(one <= other),
    "gt": lambda one, other: _bool(one > other),
    "ge": lambda one, other: _bool(one >= other),
    "is": lambda one, other: one is other,
    "in": lambda one, other: _bool(other in one),
    "bool": lambda one: _bool(one),
    "hash": lambda one: _hash(one),
    "len": lambda one: _len(one),
    "iter": lambda one: _iter(one),
    "next": _items,
    "reversed": lambda one: _reversed(one),
    "await": awaited,
    "item": lambda one, key: one[key],
    "store item": operator.setitem,
    "delete item": operator.delitem,
    "attribute": lambda one, *more: _getattr(one, *more),
    "has": lambda one, name: _hasattr(one, name),
    "store": lambda one, name, value: _setattr(one, name, value),
    "delete": lambda one, name: _delattr(one, name),
    "call": lambda one, *positional, **named: one(*positional, **named),
    "method": lambda one, name, *positional, **named: _getattr(one, name)(*positional, **named),
    "type": lambda one: _type(one),
    "callable": lambda one: _callable(one),
    "isinstance": lambda one, kind: _isinstance(one, kind),
    "issubclass": lambda one, kind: _issubclass(one, kind),
    "enter": lambda one: _type(one).__enter__(one),
    "exit": _leave,
    "pow": lambda one, *more: _pow(one, *more),
    "divmod": divmod,
    "round": lambda one, *more: _round(one, *more),
    "trunc": math.trunc,
    "floor": math.floor,
    "ceil": math.ceil,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    **{name: _getattr(builtins, name) for name in "repr str format int float complex bytes".split()},
    **{name: _getattr(operator, name) for name in ("neg", "pos", "abs", "invert", "index", *_BINARY, *_IN_PLACE)},
    **{f"r{name}": _in_turn(name) for name in (*_BINARY, "divmod", "and", "or", "xor")},
}
