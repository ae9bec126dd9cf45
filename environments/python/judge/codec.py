"""
Plain values as JSON, between the judge and a solution process: how they are written. `decoding.py` reads them.

The decoder creates exact built-in types: a value of a subclass arrives as its base class, so none of its methods takes
part in a comparison. An object that is not a plain value stays where it is and arrives as a reference.
"""

import builtins
import collections
import itertools
import sys
import types
from collections.abc import Callable

from . import instances
from .decoding import FACTORIES

# Limits of one value: a larger one is an error of the sender.
MAX_NODES = 2_000_000
MAX_ITEMS = 1_000_000

_ITERATORS = (
    reversed,
    type(iter([])),
    type(iter(())),
    type(iter({})),
    type(iter(set())),
    type(iter("")),
    type(iter(range(0))),
    type(iter({}.values())),
    type(iter({}.items())),
    type(reversed([])),
)
_RUNNING = (
    types.GeneratorType,
    map,
    filter,
    zip,
    enumerate,
    *(kind for kind in vars(itertools).values() if isinstance(kind, type)),
)
# Classes whose modules are loaded only if a value of theirs appears: a grade must not wait for them.
_DATES = {
    "datetime": ("year", "month", "day", "hour", "minute", "second", "microsecond"),
    "date": ("year", "month", "day"),
    "time": ("hour", "minute", "second", "microsecond"),
    "timedelta": ("days", "seconds", "microseconds"),
}
_BUILTIN_CLASSES = {
    kind: name for name, kind in vars(builtins).items() if isinstance(kind, type) and not name.startswith("_")
}


def _is(kind, module, name):
    return kind.__module__ == module and getattr(sys.modules.get(module), name, None) is kind


class TooLarge(ValueError):
    """A value has more parts than may cross."""


class Encoder:
    """
    Encodes values for the other side. refer(value) -> JSON: a reference to an object that cannot cross. classes: classes
    that both sides have, by name. lazily: whether an iterator that runs code becomes a reference instead of its items.
    """

    def __init__(self, refer: Callable[[object], list], classes: dict[str, type], lazily: bool = False) -> None:
        self._refer = refer
        self._classes = classes
        self._lazily = lazily
        self._left = 0
        # Instances of these classes in the value, and their numbers by identity.
        self._found = []
        self._numbers = {}

    def encode(self, value: object) -> object:
        around = self._left, self._found, self._numbers
        self._left, self._found, self._numbers = MAX_NODES, [], {}
        try:
            encoded = self._any(value)
            if not self._found:
                return encoded
            # They refer to each other by number, because they may form cycles and long chains. The list grows in the loop.
            described = [self._described(*found) for found in self._found]
            return ["graph", encoded, described]
        except RecursionError:
            return self._refer(value)
        finally:
            # A generator of the solution may have encoded another value meanwhile.
            self._left, self._found, self._numbers = around

    def _all(self, values):
        return [self._any(value) for value in values]

    def _any(self, value):
        self._left -= 1
        if self._left < 0:
            raise TooLarge("a value has too many parts")
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is float:
            return value
        if kind is int:
            return value if -(1 << 63) <= value < 1 << 63 else ["int", hex(value)]
        if kind is list:
            return ["list", self._all(value)]
        if kind is tuple:
            return ["tuple", self._all(value)]
        if kind is dict:
            return ["dict", self._pairs(value)]
        return self._other(value, kind)

    def _pairs(self, value, kind=dict):
        return [[self._any(key), self._any(part)] for key, part in kind.items(value)]

    def _other(self, value, kind):
        if kind in (set, frozenset):
            return [kind.__name__, self._all(value)]
        if kind in (bytes, bytearray):
            return [kind.__name__, value.hex()]
        if kind is complex:
            return ["complex", value.real, value.imag]
        if kind is range:
            return ["range", self._any(value.start), self._any(value.stop), self._any(value.step)]
        if _is(kind, "decimal", "Decimal"):
            return ["decimal", str(value)]
        if _is(kind, "fractions", "Fraction"):
            return ["fraction", self._any(value.numerator), self._any(value.denominator)]
        if kind.__name__ in _DATES and _is(kind, "datetime", kind.__name__) and getattr(value, "tzinfo", None) is None:
            return [kind.__name__, [getattr(value, name) for name in _DATES[kind.__name__]]]
        if kind is collections.deque:
            return ["deque", self._all(value), value.maxlen]
        if kind is collections.defaultdict:
            # With any other factory it is sent as a dictionary.
            factory = next((name for name, plain in FACTORIES.items() if plain is value.default_factory), None)
            return ["dict", self._pairs(value)] if factory is None else ["defaultdict", factory, self._pairs(value)]
        if kind is type({}.keys()):
            return ["keys", self._all(value)]
        if kind is type({}.values()) or kind is type({}.items()):
            return ["list", self._all(value)]
        if kind in _ITERATORS or kind in _RUNNING:
            if self._lazily and kind in _RUNNING:
                return self._refer(value)
            return ["iterator", self._all(itertools.islice(value, MAX_ITEMS))]
        if kind is type and value in _BUILTIN_CLASSES:
            return ["class", _BUILTIN_CLASSES[value]]
        if value is Ellipsis or value is NotImplemented:
            return ["singleton", "Ellipsis" if value is Ellipsis else "NotImplemented"]
        if kind.__name__ in self._classes and not issubclass(kind, (type, BaseException)):
            return self._instance(value, kind)
        return self._derived(value, kind.__mro__)

    def _instance(self, value, kind):
        """An instance of a class that both sides have."""
        if instances.is_member(kind):
            return ["member", kind.__name__, value._name_]
        base = instances.basis(kind)
        if base is None:
            return self._derived(value, kind.__mro__)
        if instances.is_fixed(base):
            return ["made", kind.__name__, self._content(value, base), self._state(value)]
        number = self._numbers.setdefault(id(value), len(self._found))
        if number == len(self._found):
            self._found.append((value, kind.__name__, base))
        return ["object", number]

    def _described(self, value, name, base):
        return [name, None if base is object else self._content(value, base), self._state(value)]

    def _state(self, value):
        return [[name, self._any(part)] for name, part in instances.attributes(value)]

    def _content(self, value, base):
        """The content of an instance as its built-in base class holds it."""
        if base is dict:
            return ["dict", self._pairs(value)]
        if base in (list, tuple, set, frozenset):
            return [base.__name__, self._all(base.__iter__(value))]
        if base is str:
            return str.__add__("", value)
        if base is int:
            return self._any(int.__add__(value, 0))
        return float.__pos__(value) if base is float else ["bytes", bytes.hex(value)]

    def _derived(self, value, bases):
        """Subclasses of built-in classes, as their base class; the more specific ones first."""
        if collections.Counter in bases:
            return ["Counter", self._pairs(value)]
        if collections.OrderedDict in bases:
            return ["OrderedDict", self._pairs(value, collections.OrderedDict)]
        if tuple in bases:
            fields = getattr(type(value), "_fields", None)
            if type(fields) is tuple and len(fields) == tuple.__len__(value) and all(type(name) is str for name in fields):
                return ["namedtuple", type(value).__name__, list(fields), self._all(tuple.__iter__(value))]
        for base in (dict, tuple, list, str, int, float, set, frozenset, bytes):
            if base in bases:
                return self._content(value, base)
        return self._refer(value)
