"""What of a test's own the solution process was given by reference, not as data: functions, iterators, classes, exceptions."""

import sys
import types

from . import errors


class Given:
    """All of one test. classes: the judge's own classes of the names that both sides have."""

    def __init__(self, classes):
        self._classes = classes
        self._called = []
        self._raisables = {}
        self._raised = []

    def called(self, number):
        """What the solution calls or iterates by this number. Raises IndexError where it was given no such thing."""
        return self._called[number]

    def callable(self, value):
        """A reference to a function or iterator."""
        number = next((number for number, known in enumerate(self._called) if known is value), len(self._called))
        if number == len(self._called):
            self._called.append(value)
        form = 'function' if callable(value) else 'iterator'
        return ['given', number, form, getattr(value, '__name__', 'function')]

    def raisable(self, kind, reference):
        """A class of exceptions that stands for one of the solution process."""
        self._raisables[kind] = reference
        return kind

    def kind(self, kind):
        """A reference to a class of the judge's, as the solution process has it. Raises TypeError where it has none."""
        if kind in self._raisables:
            return ['ref', self._raisables[kind]]
        if issubclass(kind, BaseException):
            return ['raisable', None, errors.own_names(kind), errors.builtin_base(kind)]
        if self._classes.get(kind.__name__) is kind:
            return ['shared', kind.__name__]
        for module in (kind.__module__, 'types'):
            found = vars(sys.modules.get(module, types)).items() if module in sys.stdlib_module_names else ()
            name = next((name for name, value in found if value is kind), None)
            if name is not None:
                return ['imported', module, name]
        raise TypeError(f'the class {kind.__name__} of the test cannot be given to the solution')

    def keep(self, error):
        """Keep an exception that the test raised in the solution's call; its number."""
        self._raised.append(error)
        return len(self._raised) - 1

    def raised(self, number):
        """The exception of that number, or None."""
        return self._raised[number] if type(number) is int and 0 <= number < len(self._raised) else None
