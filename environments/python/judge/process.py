"""The judge's side of solution processes: start one, ask it, notice that it ended or answers too late."""

import array
import builtins
import json
import os
import re
import select
import signal
import socket
import time

from .channel import Channel, Closed, Late
from .codec import Decoder, Encoder
from .remote import Remote
from .solution import READY


# Exceptions that end a loop of the judge's (`map` within `all`, a generator) as if nothing were left to be looked at.
_ENDS = (StopIteration, StopAsyncIteration, GeneratorExit)
_NAN = re.compile(r'(\b|is)nan\b', re.IGNORECASE)


class Lost(BaseException):
    """The solution process answers no more. No code of a test catches it by accident."""

    def __init__(self, error_type, message):
        super().__init__(message)
        self.error_type = error_type


class Fault(BaseException):
    """The sandbox cannot start a solution process, before any of the solution's code has run."""


class Spawner:
    """The judge's end of the spawner's socket. alone: whether solution processes may start no others."""

    def __init__(self, control, alone):
        self._control = control
        self._alone = alone
        self._began = False

    def begin(self, descriptors, until):
        """
        Start a solution process; its number and the channel to it, once it is ready.
        Raises Fault where even the first one does not start, later Lost: an earlier one may have seen to that.
        """
        try:
            answer, descriptor = self.ask({'kind': 'spawn', 'alone': self._alone}, descriptors)
            if descriptor is None:
                raise Lost('InterpreterLost', answer['fault'])
            channel = Channel(socket.socket(fileno=descriptor))
            try:
                ready = channel.receive(until) == READY
            except (Closed, Late):
                ready = False
            if not ready:
                ended = reap(self, answer['pid'], Usage(), 0)
                raise Lost('InterpreterLost', f'a solution process did not start (status {ended["status"]})')
        except Lost as lost:
            if self._began:
                raise
            raise Fault(str(lost)) from None
        self._began = True
        return answer['pid'], channel

    def ask(self, message, descriptors=(), deadline=None):
        """One request and its answer, with the descriptor that came with it or None."""
        data = json.dumps(message).encode().ljust(256)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', descriptors))] if descriptors else []
        self._control.sendmsg([data], rights)
        if deadline is not None:
            poll = select.poll()
            poll.register(self._control, select.POLLIN)
            if not poll.poll(max(0, deadline - time.monotonic()) * 1000):
                raise Late()
        return self.answer()

    def answer(self):
        data, rights, _, _ = self._control.recvmsg(256, socket.CMSG_SPACE(4))
        if not data:
            raise Lost('InterpreterLost', 'the process that starts solutions has ended')
        files = [number for _, _, part in rights for number in array.array('i', part)]
        return json.loads(data), files[0] if files else None


class Usage:
    """What all solution processes of one grade used: seconds of processor time, highest memory in KiB."""

    def __init__(self):
        self.seconds = 0.0
        self.peak_kib = 0

    def add(self, ended):
        self.seconds += ended['seconds']
        self.peak_kib = max(self.peak_kib, ended['peak_kib'])


class SolutionProcess:
    """
    One running solution. `until` is the deadline of what is asked, by time.monotonic(); whoever begins a test sets it.
    about() tells of the test: what could pass through its code unseen gets there only if the code names it.
    classes: the judge's own classes of the names that both sides have.
    """

    def __init__(self, spawner, usage, classes):
        self._spawner = spawner
        self._usage = usage
        self._channel = None
        self._pid = None
        self._asked = 0
        self._encoder = Encoder(self._refer, classes)
        self._decoder = Decoder(lambda *named: Remote(self, *named), classes)
        self.until = None
        self._source = ''

    def about(self, source, ordered):
        """The source of the test that asks from now on. ordered: whether it clamps numbers, as NaN passes any clamp."""
        self._source = source
        self._decoder.ordered = ordered and not _NAN.search(source)

    @property
    def alive(self):
        return self._channel is not None

    def start(self, job, until):
        """Begin a process and load the solution. Raises what the source raises, or Lost."""
        self.until = until
        self._pid, self._channel = self._spawner.begin((), until)
        self.ask('load', job=job)

    def _refer(self, value):
        if isinstance(value, Remote) and value.stepwell_place[0] is self:
            return ['ref', value.stepwell_place[1]]
        raise TypeError(f'a {type(value).__name__} of the test cannot be given to the solution')

    def ask(self, kind, values=None, **more):
        """An answer of the process, decoded; an exception of the solution is raised here as its built-in base."""
        if self._channel is None:
            raise Lost('InterpreterLost', 'the process of the solution has ended')
        values = values or {}
        if kind == 'do':
            more['on'] = [self._encoder.encode(value) for value in more['on']]
        sent = {name: self._encoder.encode(value) for name, value in values.items()}
        self._asked += 1
        try:
            self._channel.send({'id': self._asked, 'kind': kind, 'values': sent, **more}, self.until)
            answer = self._channel.receive(self.until)
            if type(answer) is not dict or answer.get('id') != self._asked:
                raise Closed()
            for name, changed in (answer.get('values') or {}).items():
                _restore(values[name], self._decoder.decode(changed))
            if 'error' not in answer:
                return self._decoder.decode(answer['ok'])
            error = _error_of(answer['error'], self._source)
        except Closed:
            raise self._lost() from None
        except Late:
            self.stop()
            raise Lost('TimeoutError', 'no answer within the time of the test') from None
        except RecursionError:
            raise ValueError('a value is too deep to be compared') from None
        except FloatingPointError:
            raise
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as fault:
            self.stop()
            raise Lost('InterpreterLost', f'the answer cannot be read ({type(fault).__name__})') from None
        raise error

    def _lost(self):
        status = self.stop(0.5)['status']
        how = f'with exit status {status}' if status >= 0 else f'by signal {-status}'
        return Lost('InterpreterLost', f'the process of the solution ended {how} during the test')

    def stop(self, patience=0.0):
        """End the process, which ends by itself too once nobody asks any more; wait for that so many seconds."""
        self._channel.close()
        self._channel = None
        return reap(self._spawner, self._pid, self._usage, time.monotonic() + patience)


def reap(spawner, pid, usage, until):
    """Wait for a process until then, and end it where it has not ended by itself."""
    try:
        ended, _ = spawner.ask({'kind': 'wait', 'pid': pid}, deadline=until)
        late = False
    except Late:
        late = True
        for target in (pid, -pid):
            try:
                os.kill(target, signal.SIGKILL)
            except OSError:
                pass
        ended, _ = spawner.answer()
    usage.add(ended)
    return {**ended, 'late': late}


def _restore(value, changed):
    """Make a list, dictionary or set of the judge's equal to what the solution made of its copy."""
    if type(value) is not type(changed):
        return
    if type(value) in (list, bytearray):
        value[:] = changed
    elif type(value) in (dict, set):
        value.clear()
        value.update(changed)


def _error_of(told, source):
    kind = vars(builtins)[told['base']]
    if not issubclass(kind, BaseException):
        raise ValueError('no exception')
    if kind in _ENDS and kind.__name__ not in source:
        kind = RuntimeError
    message = str(told['message'])
    try:
        error = kind.__new__(kind, message)
        error.args = (message,)
    except TypeError:
        error = Exception(message)
    if kind is SystemExit:
        error.code = told.get('code')
    error.of_solution = told
    return error


def program_result(spawner, job, usage, stdin, until):
    """
    Run the solution as a program.
    Returns its output as bytes, its exit status, whether it was ended at the deadline, and its error if it told one.
    """
    given = os.memfd_create('stdin')
    taken = os.memfd_create('stdout')
    try:
        os.write(given, stdin.encode('utf-8', 'surrogateescape'))
        os.lseek(given, 0, os.SEEK_SET)
        pid, channel = spawner.begin([given, taken], until)
        try:
            channel.send(job, until)
        except (Closed, Late):
            pass
        ended = reap(spawner, pid, usage, until)
        try:
            told = channel.receive(time.monotonic() + 0.01).get('error')
        except (Closed, Late, AttributeError):
            told = None
        channel.close()
        size = os.fstat(taken).st_size
        return os.pread(taken, size, 0), ended['status'], ended['late'], told
    finally:
        os.close(given)
        os.close(taken)
