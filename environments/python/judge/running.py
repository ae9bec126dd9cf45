"""The names of a test's code: functions that send requests to the solution process, and adapted built-in functions."""

import functools
import importlib

from .modules import ELSEWHERE, Elsewhere, computes
from .remote import Remote
from .rewriting import ATTRIBUTE, FRAGMENT, LOOK, METHOD, RUN, SAME, TYPE

_partial = functools.partial
_callable, _getattr, _hasattr, _isinstance, _issubclass, _next, _type = (
    callable,
    getattr,
    hasattr,
    isinstance,
    issubclass,
    next,
    type,
)


def _same(one, other):
    if _isinstance(one, Remote) and _isinstance(other, Remote):
        return one.stepwell_do("is", other) is True
    return one is other


def _class_of(value):
    return value.stepwell_do("type") if _isinstance(value, Remote) else _type(value)


def _method(value, name):
    if not _isinstance(value, Remote):
        return _getattr(value, name)
    return lambda *positional, **named: value.stepwell_do("method", name, *positional, **named)


def _is_callable(value):
    return value.stepwell_do("callable") is True if _isinstance(value, Remote) else _callable(value)


def _remote_of(value, kind):
    """The first of a value and a class, or classes, that is in the solution process, or None."""
    kinds = kind if _type(kind) is tuple else (kind,)
    return _next((one for one in (value, *kinds) if _isinstance(one, Remote)), None)


def _is_instance(value, kind):
    remote = _remote_of(value, kind)
    return _isinstance(value, kind) if remote is None else remote.stepwell_place[0].do("isinstance", value, kind) is True


def _is_subclass(value, kind):
    remote = _remote_of(value, kind)
    return _issubclass(value, kind) if remote is None else remote.stepwell_place[0].do("issubclass", value, kind) is True


def _has(value, name):
    return value.stepwell_do("has", name) is True if _isinstance(value, Remote) else _hasattr(value, name)


def _attribute(value, name, *default):
    if _isinstance(value, Remote):
        return value.stepwell_do("attribute", name, *default)
    return _getattr(value, name, *default)


def own_names(grading):
    """
    The judge's own names for a test, a setup or a grade program. At the end of an iterator `next` raises RuntimeError,
    unless the test names the usual exception, which would end the test's loops. Functions that run code or open files do
    so in the solution process.
    """

    def following(iterator, *default):
        try:
            return _next(iterator, *default)
        except StopIteration:
            if grading.process.names(StopIteration):
                raise
            raise RuntimeError("StopIteration") from None

    def there(name):
        def call(*positional, **named):
            found = grading.process.ask("hold", name, code=f"__builtins__[{name!r}]", listed=False)
            return found(*positional, **named)

        return call

    return {
        "next": following,
        "isinstance": _is_instance,
        "issubclass": _is_subclass,
        "callable": _is_callable,
        "hasattr": _has,
        "getattr": _attribute,
        ELSEWHERE: _partial(Elsewhere, grading.module),
        **{name: there(name) for name in ("eval", "exec", "compile", "open", "__import__")},
    }


def ordering_names() -> dict[str, object]:
    """`min` and `max` of a program that clamps numbers: with NaN, the result depends on the order."""

    def checked(function):
        def compare(*values, **how):
            parts = values if len(values) > 1 else tuple(values[0])
            if any(_type(part) is float and part != part for part in parts):
                raise FloatingPointError("NaN has no place among numbers")
            return function(parts, **how)

        return compare

    return {"min": checked(min), "max": checked(max)}


def names_for(placement, process, find, given):
    """
    The functions that the code of a placement uses. find(module): a module of the solution process; given(value): called
    with each value of the solution.
    """

    def taken(kind, number, values, **more):
        source = placement.fragments[number]
        return process.ask(kind, source, values, code=source, **more)

    def fragment(number, values, listed=False):
        value = taken("hold", number, values, listed=listed)
        given(value)
        return value

    def look(name):
        value = process.look(name)
        given(value)
        return value

    return {
        **{name: importlib.import_module(name) if computes(name) else find(name) for name in placement.modules},
        FRAGMENT: fragment,
        LOOK: look,
        RUN: lambda number, values, kept: taken("run", number, values, kept=kept, share=sorted(placement.shared)),
        METHOD: _method,
        ATTRIBUTE: _attribute,
        SAME: _same,
        TYPE: _class_of,
    }
