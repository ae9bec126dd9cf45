"""
Plain values as JSON, between the judge and a solution process.

Whoever decodes gets exact built-in types, whatever the other side had: a subclass arrives as its base, so none of its
methods takes part in a comparison. What is no plain value stays where it is and arrives as a reference.
"""

import builtins
import collections
import itertools
import sys
import types

# Bounds of one value: what is larger is an error of the side that sends it.
MAX_NODES = 2_000_000
MAX_ITEMS = 1_000_000

_ITERATORS = (
    types.GeneratorType, map, filter, zip, enumerate, reversed,
    type(iter([])), type(iter(())), type(iter({})), type(iter(set())), type(iter('')), type(iter(range(0))),
    type(iter({}.values())), type(iter({}.items())), type(reversed([])),
    *(kind for kind in vars(itertools).values() if isinstance(kind, type)),
)
# Classes of modules that are loaded only where a value of theirs appears: a grade must not wait for them.
_DATES = {
    'datetime': ('year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'),
    'date': ('year', 'month', 'day'),
    'time': ('hour', 'minute', 'second', 'microsecond'),
    'timedelta': ('days', 'seconds', 'microseconds'),
}
_BUILTIN_CLASSES = {
    kind: name for name, kind in vars(builtins).items() if isinstance(kind, type) and not name.startswith('_')
}


def _is(kind, module, name):
    return kind.__module__ == module and getattr(sys.modules.get(module), name, None) is kind


class TooLarge(ValueError):
    """A value has more parts than may cross."""


class Encoder:
    """
    Encodes values for the other side.
    refer(value) -> JSON: names what cannot cross. classes: classes that both sides have, by name.
    """

    def __init__(self, refer, classes):
        self._refer = refer
        self._classes = classes
        self._left = 0

    def encode(self, value):
        self._left = MAX_NODES
        try:
            return self._any(value)
        except RecursionError:
            return self._refer(value)

    def _all(self, values):
        return [self._any(value) for value in values]

    def _any(self, value):
        self._left -= 1
        if self._left < 0:
            raise TooLarge('a value has too many parts')
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is float:
            return value
        if kind is int:
            return value if -(1 << 63) <= value < 1 << 63 else ['int', hex(value)]
        if kind is list:
            return ['list', self._all(value)]
        if kind is tuple:
            return ['tuple', self._all(value)]
        if kind is dict:
            return ['dict', self._pairs(value)]
        return self._other(value, kind)

    def _pairs(self, value):
        return [[self._any(key), self._any(part)] for key, part in dict.items(value)]

    def _other(self, value, kind):
        bases = kind.__mro__
        if kind in (set, frozenset):
            return [kind.__name__, self._all(value)]
        if kind in (bytes, bytearray):
            return [kind.__name__, value.hex()]
        if kind is complex:
            return ['complex', value.real, value.imag]
        if kind is range:
            return ['range', self._any(value.start), self._any(value.stop), self._any(value.step)]
        if _is(kind, 'decimal', 'Decimal'):
            return ['decimal', str(value)]
        if _is(kind, 'fractions', 'Fraction'):
            return ['fraction', self._any(value.numerator), self._any(value.denominator)]
        if kind.__name__ in _DATES and _is(kind, 'datetime', kind.__name__) and getattr(value, 'tzinfo', None) is None:
            return [kind.__name__, [getattr(value, name) for name in _DATES[kind.__name__]]]
        if kind is collections.deque:
            return ['deque', self._all(value)]
        if kind is type({}.keys()):
            return ['keys', self._all(value)]
        if kind is type({}.values()) or kind is type({}.items()):
            return ['list', self._all(value)]
        if kind in _ITERATORS:
            return ['iterator', self._all(itertools.islice(value, MAX_ITEMS))]
        if kind is type and value in _BUILTIN_CLASSES:
            return ['class', _BUILTIN_CLASSES[value]]
        if value is Ellipsis or value is NotImplemented:
            return ['singleton', 'Ellipsis' if value is Ellipsis else 'NotImplemented']
        shared = self._classes.get(kind.__name__)
        if shared is not None and hasattr(value, '__dict__') and not issubclass(kind, type):
            state = object.__getattribute__(value, '__dict__')
            return ['object', kind.__name__, [[name, self._any(part)] for name, part in dict.items(state)]]
        return self._derived(value, bases)

    def _derived(self, value, bases):
        """Subclasses of built-in classes, as their base; the more special ones first."""
        if collections.Counter in bases:
            return ['Counter', self._pairs(value)]
        if collections.OrderedDict in bases:
            return ['OrderedDict', self._pairs(value)]
        if dict in bases:
            return ['dict', self._pairs(value)]
        if tuple in bases:
            fields = getattr(type(value), '_fields', None)
            parts = self._all(tuple.__iter__(value))
            if type(fields) is tuple and len(fields) == len(parts) and all(type(name) is str for name in fields):
                return ['namedtuple', type(value).__name__, list(fields), parts]
            return ['tuple', parts]
        if list in bases:
            return ['list', self._all(list.__iter__(value))]
        if str in bases:
            return str.__add__('', value)
        if int in bases:
            return self._any(int.__add__(value, 0))
        if float in bases:
            return float.__pos__(value)
        if set in bases:
            return ['set', self._all(set.__iter__(value))]
        if frozenset in bases:
            return ['frozenset', self._all(frozenset.__iter__(value))]
        if bytes in bases:
            return ['bytes', bytes.hex(value)]
        return self._refer(value)


class Decoder:
    """
    Decodes what the other side sent. resolve(JSON) -> value: what a reference stands for. Where `ordered` is set, a float
    that is no number raises FloatingPointError.
    """

    def __init__(self, resolve, classes):
        self._resolve = resolve
        self._classes = classes
        self.ordered = False

    def decode(self, data):
        if data is None or type(data) in (bool, int, float, str):
            if data != data and self.ordered:
                raise FloatingPointError('the solution gave NaN')
            return data
        return _DECODERS[data[0]](self, *data[1:])

    def _all(self, items):
        return [self.decode(item) for item in items]

    def _pairs(self, pairs):
        return [(self.decode(key), self.decode(part)) for key, part in pairs]

    def _int(self, text):
        return int(text, 16)

    _list = _all

    def _tuple(self, items):
        return tuple(self._all(items))

    def _dict(self, pairs):
        return dict(self._pairs(pairs))

    def _OrderedDict(self, pairs):
        return collections.OrderedDict(self._pairs(pairs))

    def _Counter(self, pairs):
        return collections.Counter(dict(self._pairs(pairs)))

    def _set(self, items):
        return set(self._all(items))

    def _frozenset(self, items):
        return frozenset(self._all(items))

    def _bytes(self, text):
        return bytes.fromhex(text)

    def _bytearray(self, text):
        return bytearray.fromhex(text)

    def _complex(self, real, imag):
        return complex(real, imag)

    def _range(self, start, stop, step):
        return range(self.decode(start), self.decode(stop), self.decode(step))

    def _decimal(self, text):
        from decimal import Decimal

        return Decimal(text)

    def _fraction(self, numerator, denominator):
        from fractions import Fraction

        return Fraction(self.decode(numerator), self.decode(denominator))

    def _datetime(self, parts):
        from datetime import datetime

        return datetime(*parts)

    def _date(self, parts):
        from datetime import date

        return date(*parts)

    def _time(self, parts):
        from datetime import time

        return time(*parts)

    def _timedelta(self, parts):
        from datetime import timedelta

        return timedelta(*parts)

    def _deque(self, items):
        return collections.deque(self._all(items))

    def _keys(self, items):
        return dict.fromkeys(self._all(items)).keys()

    def _iterator(self, items):
        return iter(self._all(items))

    def _class(self, name):
        kind = vars(builtins)[name]
        if not isinstance(kind, type):
            raise ValueError('no class')
        return kind

    def _singleton(self, name):
        return Ellipsis if name == 'Ellipsis' else NotImplemented

    def _namedtuple(self, name, fields, items):
        return collections.namedtuple(name, fields)._make(self._all(items))

    def _object(self, name, state):
        kind = self._classes[name]
        made = kind.__new__(kind)
        for attribute, part in state:
            if attribute.startswith('__'):
                raise ValueError('no attribute of a value')
            object.__setattr__(made, attribute, self.decode(part))
        return made

    def _ref(self, *named):
        return self._resolve(*named)


_DECODERS = {
    name[1:]: method for name, method in vars(Decoder).items()
    if not name.startswith('__') and name not in ('_all', '_pairs')
}
