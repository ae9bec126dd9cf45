"""
Instances of the classes that a setup defines, as plain data. Both sides have these classes. Only the data of an instance
crosses, and the receiver makes an instance of its own class from it.
"""

import collections
import enum
import functools
import types
from collections.abc import Callable

# Allowed base classes besides `object`; the first are mutable and can contain themselves.
_MUTABLE = (list, dict, set)
_FIXED = (tuple, str, int, float, frozenset, bytes)
_HEAP_TYPE = 1 << 9
_MISSING = object()


class Refused(ValueError):
    """An instance has what its class does not allow it to have."""


def basis(kind: type) -> type | None:
    """The built-in class whose content an instance has, `object` for none, or None if it cannot be rebuilt."""
    solid = next(base for base in kind.__mro__ if not base.__flags__ & _HEAP_TYPE)
    return solid if solid is object or solid in _MUTABLE or solid in _FIXED else None


def is_member(kind: type) -> bool:
    """Whether instances are the named members of an enumeration."""
    return issubclass(kind, enum.Enum)


def is_fixed(base: type) -> bool:
    return base in _FIXED


def attributes(value: object) -> list[tuple[str, object]]:
    """Names and values of an instance's attributes, in slots and in its dictionary."""
    found = []
    for base in type(value).__mro__:
        for name, slot in vars(base).items():
            if type(slot) is types.MemberDescriptorType and not name.startswith("__"):
                try:
                    found.append((name, slot.__get__(value)))
                except AttributeError:
                    pass
    try:
        found.extend(dict.items(object.__getattribute__(value, "__dict__")))
    except AttributeError:
        pass
    return found


def blank(kind: type) -> object:
    """An instance without data. No code of its class runs."""
    if is_member(kind):
        raise Refused(f"{kind.__name__} has no further members")
    return basis(kind).__new__(kind)


def fixed(kind: type, content: object) -> object:
    """An instance whose content cannot be changed later."""
    base = basis(kind)
    if type(content) is not base or is_member(kind):
        raise Refused(f"no content of a {kind.__name__}")
    return base.__new__(kind, content)


def fill(made: object, content: object, state: list[tuple[str, object]], notice: Callable[[str], None]) -> None:
    """
    Give an instance its content and attributes. notice(text) is called for an attribute that hides a value of the class.
    Raises Refused for an attribute that would hide a method or the like: an instance may not change its class's
    behaviour.
    """
    if content is not None:
        base = basis(type(made))
        (list.extend if base is list else base.update)(made, content)
    for name, value in state:
        if type(name) is not str or name.startswith("__"):
            raise Refused(f"an instance has an attribute {name!r}")
        place = next((vars(base)[name] for base in type(made).__mro__ if name in vars(base)), _MISSING)
        if type(place) is types.MemberDescriptorType:
            place.__set__(made, value)
        elif isinstance(place, functools.cached_property):
            # The class computes it again.
            continue
        else:
            if place is not _MISSING and not hasattr(type(place), "__set__"):
                _check(made, name, place, value, notice)
            object.__getattribute__(made, "__dict__")[name] = value


def _check(made, name, place, value, notice):
    if callable(place) or hasattr(type(place), "__get__"):
        raise Refused(f"an instance of {type(made).__name__} has a {name} of its own")
    # None may be replaced, and so may the default of a field.
    field = getattr(type(made), "__dataclass_fields__", {}).get(name)
    if place is None or (field is not None and field._field_type.name == "_FIELD"):
        return
    if type(place) is not type(value) or place != value:
        notice(f"{type(made).__name__}.{name}")


def replace(kept: object, changed: object) -> bool:
    """Make an instance, list, dictionary or the like equal to another one of its class. Returns whether that is possible."""
    kind = type(kept)
    if kind is not type(changed) and (kind, type(changed)) != (collections.defaultdict, dict):
        return False
    base = dict if kind in (collections.defaultdict, collections.OrderedDict) else basis(kind)
    if base is list or kind is bytearray:
        kept[:] = changed
    elif kind is collections.deque:
        kept.clear()
        kept.extend(changed)
    elif base in (dict, set):
        # An ordered dictionary keeps its order itself.
        kind = kind if kind is collections.OrderedDict else base
        kind.clear(kept)
        kind.update(kept, changed)
    elif base is not object:
        return False
    if not kind.__flags__ & _HEAP_TYPE:
        return True
    state = dict(attributes(changed))
    for name, _ in attributes(kept):
        if name not in state:
            object.__delattr__(kept, name)
    for name, value in state.items():
        object.__setattr__(kept, name, value)
    return True
