"""Starts solution processes, through the process that forks them, and tells how they ended."""

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

# So long a new process may take until it listens, in seconds.
_START_SECONDS = 20
# Whoever used so much memory, in KiB, is the one that the kernel ended for want of it.
_LARGE_KIB = 64 << 10


class Lost(BaseException):
    """
    The solution process answers no more. No code of a test catches it by accident. doubt: why it may not have been the
    solution's doing, or None.
    """

    def __init__(self, error_type: str, message: str, doubt: str | None = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.doubt = doubt


class Fault(BaseException):
    """The sandbox cannot start a solution process, before any of the solution's code has run."""


class Usage:
    """What all solution processes of one grade used: seconds of processor time, highest memory in KiB."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.peak_kib = 0

    def add(self, ended: dict) -> None:
        self.seconds += ended["seconds"]
        self.peak_kib = max(self.peak_kib, ended["peak_kib"])


def _memory_kills():
    """How many processes the kernel ended for want of memory."""
    try:
        with open("/proc/vmstat", "rb") as file:
            return int(file.read().partition(b"\noom_kill ")[2].split(b"\n", 1)[0] or 0)
    except OSError:
        return 0


class Spawner:
    """
    The judge's end of the spawner's socket. alone: whether solution processes may start no others. Its time is not the
    solution's.
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
        Start a solution process; its number and the channel to it, once it is ready.
        Raises Fault where even the first one does not start, later Lost: an earlier one may have seen to that.
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
        Wait so many seconds for the end of a process, then end it; how it ended. The wait is the solution's time. Once it
        was in vain there is none any more: solutions can bring it about at will.
        """
        with self._clock.quiet():
            self._send({"kind": "wait", "pid": pid})
            late = not self._answers(patience if self._patient else 0.0)
        self._patient = self._patient and not (late and patience > 0)
        with self._clock.off():
            return self._ended(pid, late)

    def wait(self, pid: int) -> dict:
        """Wait quietly for the end of a process as long as it has time, then end it; how it ended."""
        self._send({"kind": "wait", "pid": pid})
        late = False
        while not late and not self._answers(TICK):
            late = self._clock.over
        return self._ended(pid, late)

    def doubt(self, ended: dict) -> str | None:
        """Why an end may not have been the solution's doing, or None."""
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
        """One request and its answer, with the descriptor that came with it or None."""
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
