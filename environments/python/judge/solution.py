"""
The solution process: runs the source to grade and evaluates the judge's requests. It has no secrets: expected values
never get here. Whatever the source does to this process, it can only change its own answers.
"""

import ast
import atexit
import builtins
import importlib
import io
import itertools
import sys
import types
from collections.abc import Iterator

from . import errors, operations, places
from .callbacks import Callbacks
from .channel import Channel, Closed
from .codec import MAX_ITEMS, Encoder
from .decoding import Decoder
from .operations import OPERATIONS

NAMES = "__main__"
# Sent before any code of the solution runs: a failure until then is the sandbox's.
READY = "ready"
_FILES = "<solution"
_compile, _eval, _exec, _isinstance, _list, _type = compile, eval, exec, isinstance, list, type
_islice, _told = itertools.islice, errors.told
# The flag of a code object that marks code with `await`.
_COROUTINE = 0x80
_DATA = frozenset((type(None), bool, int, float, str, list, tuple, dict, set))
# Kinds of values that can be changed in place.
_CHANGING = ("list", "dict", "set", "bytearray", "deque", "defaultdict", "OrderedDict", "Counter", "graph")


class Solution:
    """The namespace of a solution and the objects made in it."""

    def __init__(self, channel: Channel) -> None:
        self._module = types.ModuleType(NAMES)
        self.names = vars(self._module)
        self.names["__builtins__"] = builtins
        sys.modules[NAMES] = self._module
        self._places = places.Places(self.names, NAMES)
        # Objects that the judge has references to, and their numbers by identity.
        self._references = []
        self._numbers = {}
        self.classes = {}
        # Those that every test has.
        self._kept = {}
        self.taken = frozenset()
        self.error_classes = errors.Classes(self._places.find)
        self._encoder = Encoder(self._refer, self.classes)
        self._decoder = Decoder(self)
        self._callbacks = Callbacks(channel, self._answered, self._encoder, self._decoder, self.error_classes)

    def _refer(self, value):
        given = self._callbacks.number(value)
        if given is not None:
            return ["given", given]
        number = self._numbers.setdefault(id(value), len(self._references))
        if number == len(self._references):
            self._references.append(value)
        reference = ["ref", number, _type(value).__name__]
        if _isinstance(value, _type) and issubclass(value, BaseException):
            return ["raisable", reference[1], errors.own_names(value), errors.builtin_base(value)]
        return reference

    def remote(self, number):
        return self._references[number]

    def given(self, number, form, name):
        return self._callbacks.given(number, form, name)

    def raisable(self, _, names, base):
        return self.error_classes.of(names, base)

    def imported(self, module, name):
        return getattr(importlib.import_module(module), name)

    def notice(self, kind, detail=""):
        """Ignore notices: only the judge needs them."""

    def load(self, job: dict) -> None:
        """
        Run setup and steps. strict: whether an exception of a step ends the run. If not, the next step runs, as in a
        session.
        """
        if job["setup"]:
            self._places.set_up(job["setup"])
            self._share(job["classes"])
        steps = job["steps"]
        for number, step in enumerate(steps):
            try:
                self._step(step, f"{_FILES}>" if len(steps) == 1 else f"{_FILES} {number + 1}>")
            except BaseException as error:
                if job["strict"] or _isinstance(error, MemoryError):
                    raise
        if job["binding"]:
            self._step({"code": job["binding"]}, "<submit>")
        # A solution may define a class of the setup again.
        self._share(job["classes"])
        self._kept = {**self.classes}

    def _share(self, names, tested=False):
        for name in names:
            found = self._places.find(name) if tested else self.names.get(name)
            if _isinstance(found, _type):
                self.classes[name] = found

    def _step(self, step, filename):
        if step.get("stdin") is not None:
            sys.stdin = io.StringIO(step["stdin"])
        code = _compile(step["code"], filename, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        result = _eval(code, self.names)
        if _type(result) is types.CoroutineType:
            import asyncio

            asyncio.run(result)

    def serve(self) -> None:
        """Answer the judge's requests until it closes the socket."""
        while True:
            self._callbacks.serve()

    def _answered(self, request):
        """The result of a request of the judge."""
        values = {}
        try:
            answer = {"ok": self._answer(request, values)}
        except BaseException as error:
            answer = {"error": self._error(error)}
        if values:
            answer["values"] = self._changed(request["values"], values)
        answer["id"] = request["id"]
        return answer

    def _error(self, error):
        said = _told(error, self._encoder.encode, _FILES)
        number = self._callbacks.raised(error)
        return said if number is None else {**said, "number": number}

    def _answer(self, request, values):
        kind = request["kind"]
        if kind == "load":
            self.load(request["job"])
            return None
        if self._places.begin(request["test"]):
            self.classes.clear()
            self.classes.update(self._kept)
        decode = self._decoder.decode
        values.update((name, decode(value)) for name, value in request["values"].items())
        if kind == "do":
            on = [values[str(number)] for number in range(request["count"])]
            named = {name: value for name, value in values.items() if not name.isdigit()}
            return self._held(OPERATIONS[request["operation"]](*on, **named))
        if kind == "run":
            code = _compile(request["code"], "<test>", "exec", dont_inherit=True)
            with self._places.among(request, code, values) as names:
                _exec(code, names)
            self._share(request["share"], tested=True)
            return None
        code = _compile(request["code"], "<test>", "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        with self._places.among(request, code, values) as names:
            value = _eval(code, names)
        if code.co_flags & _COROUTINE:
            value = operations.awaited(value)
        return self._encoder.encode(value) if kind == "eval" else self._held(value, request["listed"])

    def _held(self, value, listed=False):
        """A value as it is sent: an iterator stays here. listed: whether to send all of its items at once."""
        if _type(value) not in _DATA and _isinstance(value, Iterator) and self._callbacks.number(value) is None:
            return self._encoder.encode(_islice(value, MAX_ITEMS)) if listed else [*self._refer(value), "next"]
        return self._encoder.encode(value)

    def _changed(self, sent, values):
        """The values of a request that can be and were changed in place."""
        changed = {}
        for name, before in sent.items():
            if name in values and _type(before) is _list and before[0] in _CHANGING:
                after = self._encoder.encode(values[name])
                if after != before:
                    changed[name] = after
        return changed


def serve(channel: Channel) -> None:
    """Be the solution process for functions: load, then answer."""
    try:
        channel.send(READY)
        Solution(channel).serve()
    except Closed:
        pass


def run_program(channel: Channel) -> int:
    """
    Be the solution process for a program: standard input and output are set up, and the exit status says how it ended.
    """
    channel.send(READY)
    job = channel.receive()
    solution = Solution(channel)
    status, said = 0, None
    sys.argv = ["solution.py"]
    try:
        solution.load(job)
    except SystemExit as error:
        status = error.code if _type(error.code) is int else int(error.code is not None)
    except BaseException as error:
        status, said = 1, _told(error, str, _FILES)
    try:
        # Not loaded here: it makes each fork of the session twice as slow, and few solutions need it.
        threading = sys.modules.get("threading")
        if threading is not None:
            threading._shutdown()
        atexit._run_exitfuncs()
    finally:
        try:
            sys.stdout.flush()
        except BaseException as error:
            status, said = 1, said or _told(error, str, _FILES)
        if said is not None:
            channel.send({"error": said})
    return status & 0xFF
