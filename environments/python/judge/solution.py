"""
The solution process: holds the source to be graded and evaluates what the judge asks. Nothing secret is in it: what is
expected never gets here, and whatever the source does to this process, it can only answer something else.
"""

import ast
import atexit
import builtins
import io
import itertools
import sys
import threading
import types
from collections.abc import Iterator

from .channel import Closed
from .codec import MAX_ITEMS, Decoder, Encoder

NAMES = '__main__'
# Said before anything of the solution's runs: what fails until then is nobody's fault but the sandbox's.
READY = 'ready'
_compile, _eval, _exec, _isinstance, _list, _str, _type = compile, eval, exec, isinstance, list, str, type
_islice = itertools.islice
_BUILTIN_ERRORS = {
    kind: name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
}
_OPERATIONS = {
    'eq': lambda one, other: bool(one == other),
    'ne': lambda one, other: bool(one != other),
    'lt': lambda one, other: bool(one < other),
    'le': lambda one, other: bool(one <= other),
    'gt': lambda one, other: bool(one > other),
    'ge': lambda one, other: bool(one >= other),
    'in': lambda one, other: bool(other in one),
    'len': lambda one: len(one),
    'iter': lambda one: iter(one),
    'item': lambda one, key: one[key],
    'attribute': lambda one, name: getattr(one, name),
    'call': lambda one, positional, named: one(*positional, **named),
}


def _error(error):
    """An exception as the judge is told of it."""
    kind = _type(error)
    base = next((_BUILTIN_ERRORS[one] for one in kind.__mro__ if one in _BUILTIN_ERRORS), 'Exception')
    try:
        message = _str(error)[:2000]
    except BaseException:
        message = ''
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith('<solution'):
            line = trace.tb_lineno
        trace = trace.tb_next
    if line is None and _isinstance(error, SyntaxError):
        line = error.lineno
    code = error.code if _isinstance(error, SystemExit) and _type(error.code) in (int, str, type(None)) else None
    return {'type': kind.__name__, 'base': base, 'message': message, 'line': line, 'code': code}


class Solution:
    """The namespace of a solution and what was made in it."""

    def __init__(self, channel):
        self._channel = channel
        self._module = types.ModuleType(NAMES)
        self.names = vars(self._module)
        self.names['__builtins__'] = builtins
        sys.modules[NAMES] = self._module
        self._references = []
        self._classes = {}
        self._encoder = Encoder(self._refer, self._classes)
        self._decoder = Decoder(self._resolve, self._classes)

    def _refer(self, value):
        self._references.append(value)
        try:
            truth = bool(value)
        except BaseException:
            truth = True
        return ['ref', len(self._references) - 1, _type(value).__name__, truth]

    def _resolve(self, number, *_):
        return self._references[number]

    def load(self, job):
        """Run setup and steps. strict: an exception of a step ends it; else the steps go on as a session does."""
        if job['setup']:
            _exec(_compile(job['setup'], '<setup>', 'exec', dont_inherit=True), self.names)
            for name in job['classes']:
                if _isinstance(self.names.get(name), type):
                    self._classes[name] = self.names[name]
        steps = job['steps']
        for number, step in enumerate(steps):
            try:
                self._step(step, '<solution>' if len(steps) == 1 else f'<solution {number + 1}>')
            except BaseException as error:
                if job['strict'] or _isinstance(error, MemoryError):
                    raise
        if job['binding']:
            self._step({'code': job['binding']}, '<submit>')

    def _step(self, step, filename):
        if step.get('stdin') is not None:
            sys.stdin = io.StringIO(step['stdin'])
        code = _compile(
            step['code'], filename, 'exec', flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
        )
        result = _eval(code, self.names)
        if _type(result) is types.CoroutineType:
            import asyncio

            asyncio.run(result)

    def serve(self):
        """Answer the judge until it hangs up."""
        while True:
            request = self._channel.receive()
            try:
                answer = {'ok': self._answer(request)}
            except BaseException as error:
                answer = {'error': _error(error)}
            if request.get('values'):
                answer['values'] = self._changed(request)
            answer['id'] = request['id']
            self._channel.send(answer)

    def _answer(self, request):
        kind = request['kind']
        if kind == 'load':
            self.load(request['job'])
            return None
        if kind == 'do':
            values = [self._decoder.decode(value) for value in request['on']]
            return self._encoder.encode(_OPERATIONS[request['operation']](*values))
        values = {name: self._decoder.decode(value) for name, value in request['values'].items()}
        self._sent = values
        if kind == 'run':
            self.names.update(values)
            _exec(_compile(request['code'], '<test>', 'exec', dont_inherit=True), self.names)
            return None
        value = self._evaluated(request['code'], values)
        return self._held(value, request['listed']) if kind == 'hold' else self._encoder.encode(value)

    def _held(self, value, listed):
        """A value as plain data, if it is nothing else, or a reference. listed: whether an iterator's items are meant."""
        if _isinstance(value, Iterator):
            if not listed:
                return self._refer(value)
            value = _list(_islice(value, MAX_ITEMS))
        before = len(self._references)
        encoded = self._encoder.encode(value)
        return encoded if len(self._references) == before else self._refer(value)

    def _evaluated(self, source, values):
        """The value of an expression, where `values` are names for it alone."""
        code = _compile(source, '<test>', 'eval', dont_inherit=True)
        hidden = {name: self.names[name] for name in values if name in self.names}
        self.names.update(values)
        try:
            return _eval(code, self.names)
        finally:
            for name in values:
                self.names.pop(name, None)
            self.names.update(hidden)

    def _changed(self, request):
        """Of the values that came with a request, those that can be and were changed in place."""
        changed = {}
        for name, before in request['values'].items():
            if _type(before) is list and before[0] in ('list', 'dict', 'set', 'bytearray'):
                after = self._encoder.encode(self._sent.get(name))
                if after != before:
                    changed[name] = after
        return changed


def serve(channel):
    """Be the solution process for functions: load, then answer."""
    try:
        channel.send(READY)
        Solution(channel).serve()
    except Closed:
        pass


def run_program(channel):
    """
    Be the solution process for a program: standard input and output are in place, the exit status says how it ended.
    """
    channel.send(READY)
    job = channel.receive()
    solution = Solution(channel)
    status, told = 0, None
    sys.argv = ['solution.py']
    try:
        solution.load(job)
    except SystemExit as error:
        status = error.code if _type(error.code) is int else int(error.code is not None)
    except BaseException as error:
        status, told = 1, _error(error)
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
    finally:
        try:
            sys.stdout.flush()
        except BaseException as error:
            status, told = 1, told or _error(error)
        if told is not None:
            channel.send({'error': told})
    return status & 0xFF
