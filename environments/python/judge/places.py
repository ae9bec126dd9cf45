"""
The namespace in which the solution process runs parts of a test: the test's own names, with the built-in functions and the
setup's helpers from before the solution's code. None of them is a global of the solution.
"""

import ast
import builtins
import contextlib
from collections.abc import Iterator
from types import CodeType

from .scopes import bound, free

_exec, _compile, _dict, _isinstance, _type = exec, compile, dict, isinstance, type
_CODE = type((lambda: None).__code__)
_MISSING = object()


def _read(code):
    """Names that code, or code nested in it, may read as globals."""
    names = {*code.co_names}
    for part in code.co_consts:
        if _type(part) is _CODE:
            names |= _read(part)
    return names


def _stands_alone(setup):
    """Whether a setup's functions need no globals that they or the solution set."""
    body = ast.parse(setup).body
    if any(_isinstance(node, ast.Global) for part in body for node in ast.walk(part)):
        return False
    return free(body) <= bound(body) | vars(builtins).keys() | {"__name__"}


class Places:
    """
    The names of one test at a time. solution: the solution's globals; name: the value of `__name__`.
    """

    def __init__(self, solution: dict[str, object], name: str) -> None:
        self._solution = solution
        self._name = name
        self._pristine = tuple(vars(builtins).items())
        self._builtins = _dict(self._pristine)
        self._setup = {}
        self._test = None
        self._names = self._begun()
        # Values of the solution's names when the test last got them.
        self._lent = {}

    def _begun(self):
        return {"__name__": self._name, **self._setup, "__builtins__": self._builtins}

    def set_up(self, source: str) -> None:
        """Run a setup: the solution and the tests have the same classes, and functions that use no name of the solution."""
        code = _compile(source, "<setup>", "exec", dont_inherit=True)
        if not _stands_alone(source):
            _exec(code, self._solution)
            self._setup = _dict(self._solution)
        else:
            self._setup = self._begun()
            _exec(code, self._setup)
            self._solution.update((name, value) for name, value in self._setup.items() if name != "__builtins__")
        self._names = self._begun()

    def find(self, name: str) -> object:
        """The value of a name of the test or of the solution, or None."""
        return self._names.get(name, self._solution.get(name))

    def begin(self, test: int) -> bool:
        """Whether a request is the first one of a test; the names of the previous test are then dropped."""
        if test == self._test:
            return False
        self._test = test
        self._names, self._lent = self._begun(), {}
        return True

    @contextlib.contextmanager
    def among(self, request: dict, code: CodeType, values: dict[str, object]) -> Iterator[dict[str, object]]:
        """
        The names for a request's code. values: the sent ones, only for this request unless it has `kept`.
        """
        self._builtins.update(self._pristine)
        self._lend(request["theirs"], code)
        names = self._names
        hidden = {name: names[name] for name in values if name in names}
        names.update(values)
        try:
            yield names
        finally:
            if not request.get("kept"):
                for name in values:
                    names.pop(name, None)
                names.update(hidden)

    def _lend(self, theirs, code):
        """Give the test the solution's names; theirs: names for which the solution's come first, None for all."""
        read = _read(code) - {"__builtins__"}
        wanted = {name for name in read if name not in self._names and name not in self._builtins}
        wanted |= read if theirs is None else read.intersection(theirs)
        # A solution may define a class of the setup again.
        wanted |= {name for name in read & self._setup.keys() if _isinstance(self._solution.get(name), _type)}
        for name in wanted | self._lent.keys():
            value = self._solution.get(name, _MISSING)
            # A name to which the test gave another value is the test's.
            if value is not _MISSING and (name not in self._lent or self._names.get(name) is self._lent[name]):
                self._names[name] = self._lent[name] = value
