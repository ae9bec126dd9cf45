"""Objects of a test that the solution process got by reference, not as data: functions, iterators, classes, exceptions."""

import itertools
import sys
import types
from collections.abc import Callable

from . import errors
from .channel import Closed


class Given:
    """The given objects of one test. classes: the judge's own classes of the names that both sides have."""

    def __init__(self, classes: dict[str, type]) -> None:
        self._classes = classes
        self._found = []
        self._raisables = {}
        self._raised = []
        # An assertion that failed in a call from the solution: the test must then fail.
        self.failed = None

    def found(self, number: int) -> object:
        """The object with this number. Raises IndexError if the solution got no such object."""
        return self._found[number]

    def call(self, message: dict, decode: Callable[[object], object], encode: Callable[[object], object]) -> dict:
        """
        Call a given object for the solution; returns the answer. An exception goes through the solution; a failed
        assertion is kept, so the solution cannot suppress it. Raises Closed if the message cannot be read.
        """
        try:
            target = self._found[message["call"]]
            positional = [decode(value) for value in message["positional"]]
            named = {str(name): decode(value) for name, value in message["named"].items()}
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
            raise Closed() from None
        back = {"back": message.get("back")}
        try:
            value = list(itertools.islice(target, 1)) if message.get("how") == "next" else target(*positional, **named)
            back["ok"] = encode(value)
        except Exception as error:
            if isinstance(error, AssertionError):
                self.failed = error
            back["error"] = {**errors.told(error, encode, "<test"), "number": len(self._raised)}
            self._raised.append(error)
        return back

    def callable(self, value: object) -> list:
        """A reference to a function or iterator."""
        number = next((number for number, known in enumerate(self._found) if known is value), len(self._found))
        if number == len(self._found):
            self._found.append(value)
        form = "function" if callable(value) else "iterator"
        return ["given", number, form, getattr(value, "__name__", "function")]

    def raisable(self, kind: type, reference: int) -> type:
        """A class of exceptions that replaces one of the solution process."""
        self._raisables[kind] = reference
        return kind

    def kind(self, kind: type) -> list:
        """A reference to the solution process's class for a class of the judge. Raises TypeError if it has none."""
        if kind in self._raisables:
            return ["ref", self._raisables[kind]]
        if issubclass(kind, BaseException):
            return ["raisable", None, errors.own_names(kind), errors.builtin_base(kind)]
        if self._classes.get(kind.__name__) is kind:
            return ["shared", kind.__name__]
        for module in (kind.__module__, "types"):
            found = vars(sys.modules.get(module, types)).items() if module in sys.stdlib_module_names else ()
            name = next((name for name, value in found if value is kind), None)
            if name is not None:
                return ["imported", module, name]
        raise TypeError(f"the class {kind.__name__} of the test cannot be given to the solution")

    def raised(self, number: int | None) -> BaseException | None:
        """The exception that the test raised in a call from the solution, by its number, or None."""
        return self._raised[number] if type(number) is int and 0 <= number < len(self._raised) else None
