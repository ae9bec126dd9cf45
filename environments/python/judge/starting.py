"""Starts solution processes, through the process that forks them, and reports how they ended."""

import array
import json
import os
import select
import signal
import socket
from collections.abc import Sequence

from .channel import Channel, Closed
from .clock import TICK, Clock
from .solution import READY
from .spawner import CPU_SECONDS

# Maximum time until a new process listens, in seconds.
_START_SECONDS = 20
# A process that used this much memory, in KiB, is the one that the kernel killed when memory ran out.
_LARGE_KIB = 64 << 10


class Lost(BaseException):
    """
    The solution process no longer answers. A test's code does not catch this by accident. doubt: why the solution may not be
    the cause, or None.
    """

    def __init__(self, error_type: str, message: str, doubt: str | None = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.doubt = doubt


class Fault(BaseException):
    """The sandbox cannot start a solution process, before any of the solution's code has run."""


class Usage:
    """Resources of all solution processes of one grade: seconds of processor time, peak memory in KiB."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.peak_kib = 0

    def add(self, ended: dict) -> None:
        self.seconds += ended["seconds"]
        self.peak_kib = max(self.peak_kib, ended["peak_kib"])


def _memory_kills():
    """Number of processes that the kernel killed because memory ran out."""
    try:
        with open("/proc/vmstat", "rb") as file:
            return int(file.read().partition(b"\noom_kill ")[2].split(b"\n", 1)[0] or 0)
    except OSError:
        return 0


class Spawner:
    """
    The judge's end of the spawner's socket. alone: whether solution processes may not start others. Its time does not count
    for the solution.
    """

    def __init__(self, control: socket.socket, alone: bool, clock: Clock, usage: Usage) -> None:
        self._control = control
        self._alone = alone
        self._clock = clock
        self._usage = usage
        self._began = False
        self._patient = True
        self._memory_kills = _memory_kills()

    def begin(self, descriptors: Sequence[int]) -> tuple[int, Channel]:
        """
        Start a solution process; returns its pid and the channel to it when it is ready.
        Raises Fault if even the first one does not start, later Lost: an earlier process may be the cause.
        """
        with self._clock.off():
            try:
                answer, descriptor = self._ask({"kind": "spawn", "alone": self._alone}, descriptors)
                if descriptor is None:
                    raise Lost("InterpreterLost", answer["fault"])
                channel = Channel(socket.socket(fileno=descriptor))
                try:
                    ready = channel.receive_within(_START_SECONDS) == READY
                except Closed:
                    ready = False
                if not ready:
                    ended = self.reap(answer["pid"])
                    message = f"a solution process did not start (status {ended['status']})"
                    raise Lost("InterpreterLost", message, self.doubt(ended))
            except Lost as lost:
                if self._began:
                    raise
                raise Fault(str(lost)) from None
        self._began = True
        return answer["pid"], channel

    def reap(self, pid: int, patience: float = 0.0) -> dict:
        """
        Wait this many seconds for the end of a process, then end it; returns how it ended. The wait counts as the solution's
        time. After one wait without success there are no more waits, because solutions can cause them at will.
        """
        with self._clock.quiet():
            self._send({"kind": "wait", "pid": pid})
            late = not self._answers(patience if self._patient else 0.0)
        self._patient = self._patient and not (late and patience > 0)
        with self._clock.off():
            return self._ended(pid, late)

    def wait(self, pid: int) -> dict:
        """Wait for the end of a process while it has time, without raising, then end it; returns how it ended."""
        self._send({"kind": "wait", "pid": pid})
        self._clock.their_turn(self._control.fileno())
        late = False
        while not late and not self._answers(TICK):
            late = self._clock.over
        self._clock.own_turn()
        return self._ended(pid, late)

    def doubt(self, ended: dict) -> str | None:
        """Why the solution may not be the cause of an end, or None."""
        if ended["late"] or ended["status"] != -signal.SIGKILL:
            return None
        too_large = ended["peak_kib"] >= _LARGE_KIB and _memory_kills() != self._memory_kills
        return None if too_large or ended["seconds"] >= CPU_SECONDS - 1 else "killed"

    def _ended(self, pid, late):
        if late:
            for target in (pid, -pid):
                try:
                    os.kill(target, signal.SIGKILL)
                except OSError:
                    pass
        ended, _ = self._answer()
        self._usage.add(ended)
        return {**ended, "late": late}

    def _ask(self, message, descriptors=()):
        """One request and its answer, with the descriptor that came with the answer, or None."""
        self._send(message, descriptors)
        return self._answer()

    def _send(self, message, descriptors=()):
        data = json.dumps(message).encode().ljust(256)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self._control.sendmsg([data], rights)
        except OSError:
            raise _deserted() from None

    def _answers(self, seconds):
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _answer(self):
        data, rights, _, _ = self._control.recvmsg(256, socket.CMSG_SPACE(4))
        if not data:
            raise _deserted()
        files = [number for _, _, part in rights for number in array.array("i", part)]
        return json.loads(data), files[0] if files else None


def _deserted():
    return Lost("InterpreterLost", "the process that starts solutions has ended", "killed")
