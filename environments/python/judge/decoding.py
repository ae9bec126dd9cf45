"""Plain values as JSON, between the judge and a solution process: how they are read. `codec.py` writes them."""

import builtins
import collections
import functools
import sys

from . import instances

_VALUES = (
    str,
    bytes,
    bytearray,
    int,
    float,
    complex,
    list,
    tuple,
    dict,
    set,
    frozenset,
    range,
    collections.deque,
    collections.Counter,
    collections.OrderedDict,
)
# Factories of a defaultdict that crosses as one: they make plain values.
FACTORIES = {kind.__name__: kind for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)}
# The range of floats that are numbers.
_MOST = sys.float_info.max
_LEAST = -_MOST
# Names of operations on plain values.
OWN_NAMES = frozenset(name for kind in _VALUES for name in dir(kind) if not name.startswith("__"))


@functools.lru_cache(256)
def _tuple_class(name, fields):
    return collections.namedtuple(name, fields)


def forget_kinds() -> None:
    """Drop the classes of named tuples from solutions."""
    _tuple_class.cache_clear()


class Decoder:
    """
    Decodes messages of the other side. side: makes objects for references: remote(number, …) for an object of the
    solution, given(number, …) for one of the judge, raisable(reference, names, base) for an exception class,
    imported(module, name) for a class of Python's. It also has `classes`, its own classes of the names that both sides
    have; `error_classes`; `taken`, names of methods and attributes of plain values and of instances of these classes; and
    notice(kind, detail), which is called for each part that is not plain data: `nan`, a NaN; `infinite`, a float from
    which a NaN can be computed; `hidden`, an attribute that hides a value of its class; `inside`, a value that is not
    data within an instance of such a class; `named`, a named tuple. If `ordered` is set, a NaN raises FloatingPointError.
    """

    def __init__(self, side: object) -> None:
        self._side = side
        self._classes = side.classes
        self._notice = side.notice
        self._instances = []
        self._within = 0
        self.ordered = False

    def decode(self, data: object) -> object:
        if data is None or type(data) in (bool, int, float, str):
            if type(data) is float and not _LEAST <= data <= _MOST:
                self._no_number(data != data)
            return data
        return _DECODERS[data[0]](self, *data[1:])

    def _no_number(self, nan):
        if not nan:
            self._notice("infinite")
            return
        if self.ordered:
            raise FloatingPointError("the solution gave NaN")
        self._notice("nan")

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
        if not (_LEAST <= real <= _MOST and _LEAST <= imag <= _MOST):
            self._no_number(real != real or imag != imag)
        return complex(real, imag)

    def _range(self, start, stop, step):
        return range(self.decode(start), self.decode(stop), self.decode(step))

    def _decimal(self, text):
        from decimal import Decimal

        value = Decimal(text)
        if not value.is_finite():
            self._no_number(value.is_nan())
        return value

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

    def _defaultdict(self, factory, pairs):
        return collections.defaultdict(FACTORIES[factory], self._pairs(pairs))

    def _deque(self, items, most=None):
        return collections.deque(self._all(items), most)

    def _keys(self, items):
        return dict.fromkeys(self._all(items)).keys()

    def _iterator(self, items):
        self._no_data()
        return iter(self._all(items))

    def _no_data(self):
        if self._within:
            self._notice("inside")

    def _class(self, name):
        kind = vars(builtins)[name]
        if not isinstance(kind, type):
            raise ValueError("no class")
        self._no_data()
        return self._side.error_classes.admitted(kind)

    def _shared(self, name):
        self._no_data()
        return self._classes[name]

    def _imported(self, module, name):
        return self._side.imported(module, name)

    def _raisable(self, reference, names, base):
        self._no_data()
        return self._side.raisable(reference, names, base)

    def _singleton(self, name):
        return Ellipsis if name == "Ellipsis" else NotImplemented

    def _namedtuple(self, name, fields, items):
        self._notice("named")
        parts = self._all(items)
        if not self._side.taken.isdisjoint(fields):
            # A field would hide a method or attribute that other values have.
            return tuple(parts)
        return _tuple_class(name, tuple(fields))._make(parts)

    def _member(self, name, member):
        return self._classes[name].__members__[member]

    def _made(self, name, content, state):
        made = instances.fixed(self._classes[name], self.decode(content))
        self._fill(made, None, state)
        return made

    def _graph(self, value, described):
        around = self._instances
        try:
            self._instances = [instances.blank(self._classes[name]) for name, _, _ in described]
            # The last ones are nested deepest: others may use them as keys.
            for made, (_, content, state) in zip(reversed(self._instances), reversed(described)):
                self._fill(made, content, state)
            return self.decode(value)
        finally:
            self._instances = around

    def _fill(self, made, content, state):
        self._within += 1
        try:
            decoded = None if content is None else self.decode(content)
            pairs = [(name, self.decode(part)) for name, part in state]
        finally:
            self._within -= 1
        instances.fill(made, decoded, pairs, lambda text: self._notice("hidden", text))

    def _object(self, number):
        return self._instances[number]

    def _ref(self, number, *more):
        self._no_data()
        return self._side.remote(number, *more)

    def _given(self, number, *more):
        self._no_data()
        return self._side.given(number, *more)


_HELPERS = ("_all", "_pairs", "_fill", "_no_number", "_no_data")
_DECODERS = {
    name[1:]: method
    for name, method in vars(Decoder).items()
    if name.startswith("_") and not name.startswith("__") and name not in _HELPERS
}
