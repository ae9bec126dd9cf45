"""A persistent session of a layer: one interpreter, commands in by a memory file, reports out by a pipe."""

import os
import re
import select
import signal
import time
from collections.abc import Mapping
from functools import partial
from typing import Callable, Optional

import sh_process
from agent_processes import AgentProcesses
from capture import Capture
from processes import ticks_at
from session_ends import CODE, GO, REPORT, rewrite, write_at
from session_process import SessionProcess
from shell_state import has_own_descriptors
from waits import Waits

# After a deadline: time for interrupted and then for killed processes, and the interval of the signals.
_GRACE_S = 0.3
_ROUND_S = 0.02
# With more processes than this, they are killed at once instead of interrupted first.
_CROWD = 16
# How long to wait for the report alone, in milliseconds.
_QUIET_MS = 2
# Bytes of commands after which the memory file is rewritten from its start.
_CODE_LIMIT = 1 << 20
_TIMED_OUT = 124
# A shell's exit status for a program that it does not find.
CANNOT_START = 127
# Valid exit statuses; the agent can write to the pipe too.
_STATUS = re.compile(rb"\d{1,3}")


class SessionEnded(Exception):
    """The interpreter ended; `status` is its exit status, `timeout` the deadline that it was killed for."""

    def __init__(self, status: int, timeout: Optional[str] = None) -> None:
        super().__init__(f"the session ended with status {status}")
        self.status = status
        self.timeout = timeout


class Session:
    """
    One interpreter in one sandbox. `start` makes its process (a `SessionProcess`): (cwd, descriptors) → process,
    where descriptors are the output's at 1 and 2, and those of `session_ends`.
    `services` are callbacks by the descriptors that they serve while code runs. `is_plain`: it is a POSIX shell other than
    Bash.
    """

    def __init__(
        self,
        start: Callable[[str, dict], SessionProcess],
        cwd: str,
        services: Mapping[int, Callable[[], None]],
        is_plain: bool = False,
    ) -> None:
        self.cwd = cwd
        self._services = services
        self._is_plain = is_plain
        self._sequence = 0
        self._reports = b""
        self._code = os.memfd_create("code", os.MFD_CLOEXEC)
        # Where the interpreter reads the next command; None if that is unknown and the file must be rewritten.
        self._position = None
        go_read, self._go_fd = os.pipe()
        self._report_fd, report_write = os.pipe()
        self.output_fd, output_write = os.pipe()
        theirs = {1: output_write, 2: output_write, GO: go_read, REPORT: report_write, CODE: self._code}
        try:
            self._process = start(cwd, theirs)
        except BaseException:
            self._close_descriptors()
            raise
        finally:
            for fd in (go_read, report_write, output_write):
                os.close(fd)
        for fd in (self._go_fd, self._report_fd, self.output_fd):
            os.set_blocking(fd, False)
        self._exit_fd = os.pidfd_open(self.pid)
        self._quiet_poll = select.poll()
        self._quiet_poll.register(self._report_fd, select.POLLIN)
        self._poll = select.poll()
        for fd in (self._report_fd, self._exit_fd, self.output_fd, *services):
            self._poll.register(fd, select.POLLIN)
        self._last_status = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether its first process, and with it the namespace, has ended."""
        return _is_ready(self._exit_fd, 0)

    @property
    def processes(self) -> AgentProcesses:
        """The processes of this session, once it is ready."""
        return self._process.processes

    @property
    def namespaces(self) -> list[int]:
        """Descriptors of its namespaces, once it is ready."""
        return self._process.namespaces

    def wait_ready(self, patience_s: float) -> None:
        """Wait for the first report. Raises SessionEnded if the interpreter does not start in time."""
        if self._until_report(Capture(4096), time.monotonic() + patience_s, None) is not None:
            self.kill()
            raise SessionEnded(_TIMED_OUT)
        try:
            self._process.settle()
        except OSError:
            self.kill()
            raise SessionEnded(_TIMED_OUT) from None

    def run(
        self, code: bytes, stdin: Optional[bytes], timeout_s: float, idle_s: Optional[float], capture: Capture
    ) -> tuple[int, Optional[str]]:
        """
        Run code; its output goes to `capture`. Returns (exit status, None | 'deadline' | 'idle'). Raises SessionEnded if
        the interpreter did not survive.
        """
        began = time.monotonic()
        try:
            self._feed(code, stdin)
        except OSError:
            raise SessionEnded(self._end()) from None
        timeout = self._until_report(capture, began + timeout_s, idle_s)
        if timeout is None:
            return self._last_status, None
        try:
            alive = self._interrupt(capture, ticks_at(began))
        except SessionEnded:
            alive = False
        if not alive:
            self.kill()
            raise SessionEnded(_TIMED_OUT, timeout)
        return _TIMED_OUT, timeout

    def state(self, writer: bytes, timeout_s: float, most: int) -> bytes:
        """
        What a shell writes of its state, at most `most` bytes. `writer`: functions that it evaluates first. Raises
        SessionEnded if it did not survive.
        """
        self._sequence += 1
        text = writer + b"\0"
        rewrite(self._code, text)
        # It is unknown how much the shell writes.
        self._position = None
        try:
            os.write(self._go_fd, b"s\n")
        except OSError:
            raise SessionEnded(self._end()) from None
        timeout = self._until_report(Capture(0), time.monotonic() + timeout_s, None)
        if timeout is not None:
            self.kill()
            raise SessionEnded(_TIMED_OUT, timeout)
        return os.pread(self._code, most, len(text))

    def has_own_descriptors(self) -> bool:
        """Whether the shell has the descriptors that it began with and no others."""
        own = [self._go_fd, self._report_fd, self._code]
        return has_own_descriptors(self.processes.interpreter, own, self.output_fd)

    def _feed(self, code: bytes, stdin: Optional[bytes]) -> None:
        if b"\0" in code:
            # A NUL byte ends a command. Neither language allows one in source; it is dropped, as Bash does in scripts.
            code = code.replace(b"\0", b"")
        self._sequence += 1
        if self._is_plain:
            text, go = sh_process.told(code)
            rewrite(self._code, text + (stdin or b""))
            os.write(self._go_fd, go + (b"i\n" if stdin else b"\n"))
            return
        text = code + b"\0"
        if self._position is None or self._position > _CODE_LIMIT:
            rewrite(self._code, text + (stdin or b""))
            self._position = len(text)
        else:
            write_at(self._code, text + (stdin or b""), self._position)
            self._position += len(text)
        if stdin:
            # It is unknown how much of it the command reads.
            self._position = None
        os.write(self._go_fd, b"i\n" if stdin else b"\n")

    def _end(self) -> int:
        """End an interpreter that takes no commands, which may still be alive, and return its exit status."""
        _is_ready(self._exit_fd, _GRACE_S * 1000)
        self.kill()
        return self._process.reap()

    def _until_report(self, capture: Capture, deadline: float, idle_s: Optional[float]) -> Optional[str]:
        """None when the interpreter reported, or which deadline passed first."""
        # Most commands report before they could fill the pipe: then one wake-up serves report and output together.
        began = time.monotonic()
        if self._quiet_poll.poll(_QUIET_MS) and self._reported():
            capture.read_from(self.output_fd)
            return None
        waits = Waits()
        deadline += waits.held_up(time.monotonic() - began - _QUIET_MS / 1000)
        quiet_since = time.monotonic()
        while True:
            limit = deadline if idle_s is None else min(deadline, quiet_since + idle_s)
            left_s = limit - time.monotonic()
            passed = None if left_s > 0 else "deadline" if limit == deadline else "idle"
            # Past the limit, look once more: what delayed the runner did not delay the report.
            ready, held_up_s = waits.wait(self._poll, left_s)
            deadline += held_up_s
            quiet_since += held_up_s
            for fd, _ in ready:
                if fd == self.output_fd:
                    quiet_since = time.monotonic()
                    if not capture.read_from(fd):
                        self._poll.unregister(fd)
                elif fd == self._report_fd and self._reported():
                    capture.read_from(self.output_fd)
                    return None
                elif fd == self._exit_fd:
                    capture.read_from(self.output_fd)
                    raise SessionEnded(self._process.reap())
                elif fd in self._services:
                    self._services[fd]()
            if passed == "deadline" or (passed == "idle" and quiet_since < limit):
                return passed

    def _reported(self) -> bool:
        """Whether the report of the current command comes soon; forged or late reports are ignored."""
        try:
            data = os.read(self._report_fd, 8192)
        except BlockingIOError:
            return False
        if not data:
            # The end of its own would wake every poll; that the interpreter ended comes by another way.
            for poll in (self._poll, self._quiet_poll):
                poll.unregister(self._report_fd)
            return False
        *reports, rest = (self._reports + data).split(b"\0")
        self._reports = rest[-8192:]
        for report in reports:
            fields = report.split(b" ", 2)
            if len(fields) == 3 and fields[0] == b"%d" % self._sequence and _STATUS.fullmatch(fields[1]):
                self._last_status = int(fields[1])
                self.cwd = os.fsdecode(fields[2]) if fields[2].startswith(b"/") else "/"
                return True
        return False

    def _interrupt(self, capture: Capture, started: int) -> bool:
        """Interrupt and then kill what the command started; whether the interpreter stopped the command and is alive."""
        # Many processes that clean up at the same time can block a container that is out of memory for long.
        crowd = self.processes.count_since(started) > _CROWD
        for number in (signal.SIGKILL,) if crowd else (signal.SIGINT, signal.SIGKILL):
            until = time.monotonic() + _GRACE_S
            while time.monotonic() < until:
                self._process.break_off()
                self.processes.signal_since(started, number)
                if self._until_report(capture, time.monotonic() + _ROUND_S, None) is None:
                    # Until none of it is alive, so that its output does not appear in the next command's.
                    take = partial(capture.read_from, self.output_fd)
                    ended = self.processes.end_since(started, take)
                    take()
                    return ended
        return False

    def kill(self) -> None:
        """End every process of the session, and leave no zombie."""
        self._process.kill()

    def close(self) -> None:
        self._process.close()
        os.close(self._exit_fd)
        self._close_descriptors()

    def _close_descriptors(self) -> None:
        for fd in (self._code, self._go_fd, self._report_fd, self.output_fd):
            os.close(fd)


def _is_ready(fd: int, patience_ms: float) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(patience_ms))
