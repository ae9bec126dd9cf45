"""The persistent bash of a layer: one process tree, commands in by memory files, results out by pipes."""

import json
import os
import select
import signal
import time

import processes
from bubblewrap import spawn
from capture import Capture

_DRIVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bash_driver.sh")
# One line, so that an error names the line of the command.
_START = 'IFS= read -rd "" -u60 __sw_loop;eval "$__sw_loop";eval "$__sw_loop"'
_BREAK = signal.SIGRTMIN + 7
# After a deadline: how long interrupted, then killed processes may take, and how often they are signalled.
_GRACE_S = 0.3
_ROUND_S = 0.02
_START_S = 20.0
_TIMED_OUT = 124
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
}


class SessionEnded(Exception):
    """The shell's process ended; `status` is its exit status, `timeout` the deadline that it was killed for."""

    def __init__(self, status: int, timeout=None) -> None:
        super().__init__(f"the shell ended with status {status}")
        self.status = status
        self.timeout = timeout


class BashSession:
    """
    One bash in one sandbox. `launch` composes its command line: (info_fd, cwd, argv) → argv and descriptors.
    `whole_container`: its processes are all those of the container but the runner, which then is its first process.
    """

    def __init__(self, launch, cwd: str = "/", whole_container: bool = False) -> None:
        self.cwd = cwd
        self._whole_container = whole_container
        self._sequence = 0
        self._status = b""
        self._code = os.memfd_create("code", os.MFD_CLOEXEC)
        self._stdin = os.memfd_create("stdin", os.MFD_CLOEXEC)
        status_write = output_write = go_read = info_write = -1
        extra = {}
        null = os.open("/dev/null", os.O_RDWR)
        try:
            self._status_fd, status_write = os.pipe()
            self.output_fd, output_write = os.pipe()
            go_read, self._go_fd = os.pipe()
            self._info_fd, info_write = os.pipe()
            with open(_DRIVER, "rb") as file:
                _rewrite(self._code, file.read() + b"\0")
            shell = ["/bin/bash", "--norc", "--noprofile", "-c", _START, "bash"]
            argv, extra = launch(64, cwd, shell)
            descriptors = {0: null, 1: output_write, 2: output_write, 60: self._code, 61: status_write}
            descriptors |= {62: self._stdin, 63: go_read, 64: info_write, **extra}
            self.pid = spawn(argv, ENVIRONMENT, descriptors)
        finally:
            for fd in (status_write, output_write, go_read, info_write, null, *extra.values()):
                if fd >= 0:
                    os.close(fd)
        os.set_blocking(self.output_fd, False)
        self._exit_fd = os.pidfd_open(self.pid)
        self._poll = select.poll()
        for fd in (self._status_fd, self.output_fd, self._exit_fd):
            self._poll.register(fd, select.POLLIN)
        self._tree = None
        self._exit_status = None

    def wait_ready(self) -> None:
        """Wait for the shell's first report. Raises SessionEnded with what bubblewrap or bash answered."""
        capture = Capture(4096)
        self._until_report(capture, time.monotonic() + _START_S, None, None)

    @property
    def tree(self) -> processes.NamespaceProcesses:
        """The processes of this session's namespace."""
        if self._tree is None:
            init = os.getpid() if self._whole_container else json.loads(os.read(self._info_fd, 4096))["child-pid"]
            self._tree = processes.NamespaceProcesses(init)
        return self._tree

    def run(self, code: bytes, stdin, timeout_s: float, idle_s, capture: Capture, control) -> tuple:
        """
        Run code; output goes to `capture`, `control` is a (descriptor, callback) served meanwhile.
        Returns (exit status, None | 'deadline' | 'idle'). Raises SessionEnded when the shell did not survive.
        """
        started = processes.now_ticks()
        self._feed(code, stdin)
        deadline = time.monotonic() + timeout_s
        reported = self._until_report(capture, deadline, idle_s, control)
        if reported is True:
            return self._last_status, None
        try:
            alive = self._interrupt(capture, started, control)
        except SessionEnded:
            alive = False
        if not alive:
            self.kill()
            raise SessionEnded(_TIMED_OUT, reported)
        return _TIMED_OUT, reported

    def _feed(self, code: bytes, stdin) -> None:
        if b"\0" in code:
            # bash cannot hold a NUL byte; it is dropped, as bash does for a script that has one.
            code = code.replace(b"\0", b"")
        self._sequence += 1
        _rewrite(self._code, code + b"\0")
        if stdin:
            _rewrite(self._stdin, stdin)
        source = "/dev/fd/62" if stdin else "/dev/null"
        try:
            os.write(self._go_fd, f"{self._sequence} {source}\n".encode())
        except BrokenPipeError:
            raise SessionEnded(self._reap()) from None

    def _until_report(self, capture, deadline, idle_s, control):
        """True when the shell reported, or which deadline passed first."""
        quiet_since = time.monotonic()
        if control is not None:
            self._poll.register(control[0], select.POLLIN)
        try:
            while True:
                now = time.monotonic()
                limit = deadline if idle_s is None else min(deadline, quiet_since + idle_s)
                if now >= limit:
                    return "deadline" if limit == deadline else "idle"
                for fd, _ in self._poll.poll(max(1, (limit - now) * 1000)):
                    if fd == self._status_fd and self._reported():
                        capture.read_from(self.output_fd)
                        return True
                    if fd == self.output_fd:
                        quiet_since = time.monotonic()
                        if not capture.read_from(fd):
                            self._poll.unregister(fd)
                    elif fd == self._exit_fd:
                        capture.read_from(self.output_fd)
                        raise SessionEnded(self._reap())
                    elif control is not None and fd == control[0]:
                        control[1]()
        finally:
            if control is not None:
                self._poll.unregister(control[0])

    def _reported(self) -> bool:
        """Whether the report of the present command has come; others, forged or late, are ignored."""
        data = os.read(self._status_fd, 8192)
        if not data:
            self._poll.unregister(self._status_fd)
            return False
        *reports, self._status = (self._status + data).split(b"\0")
        self._status = self._status[-8192:]
        for report in reports:
            sequence, _, rest = report.partition(b" ")
            status, _, cwd = rest.partition(b" ")
            if sequence == str(self._sequence).encode() and status.isdigit():
                self._last_status = int(status)
                self.cwd = os.fsdecode(cwd) or "/"
                return True
        return False

    def _interrupt(self, capture, started: int, control) -> bool:
        """Interrupt what the command started, then kill it; whether the shell broke off the command and lives."""
        shell = self.tree.session()
        for number in (signal.SIGINT, signal.SIGKILL):
            until = time.monotonic() + _GRACE_S
            while time.monotonic() < until:
                if shell is not None:
                    _signal(shell, _BREAK)
                self.tree.signal_since(started, number, shell)
                if self._until_report(capture, time.monotonic() + _ROUND_S, None, control) is True:
                    self.tree.signal_since(started, signal.SIGKILL, shell)
                    return True
        return False

    def _reap(self) -> int:
        if self._exit_status is None:
            _, status = os.waitpid(self.pid, 0)
            code = os.waitstatus_to_exitcode(status)
            self._exit_status = code if code >= 0 else 128 - code
        return self._exit_status

    def kill(self) -> None:
        """End every process of the session."""
        if self._exit_status is None:
            try:
                self.tree.kill()
            except (OSError, ValueError, KeyError):
                # bubblewrap ended before it told its child: there is no tree.
                pass
            _signal(self.pid, signal.SIGKILL)
            self._reap()

    def close(self) -> None:
        self.kill()
        for fd in (self._code, self._stdin, self._status_fd, self.output_fd, self._go_fd, self._info_fd, self._exit_fd):
            os.close(fd)


def _rewrite(fd: int, data: bytes) -> None:
    os.ftruncate(fd, 0)
    view = memoryview(data)
    offset = 0
    while offset < len(view):
        offset += os.pwrite(fd, view[offset:], offset)
    os.lseek(fd, 0, os.SEEK_SET)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
