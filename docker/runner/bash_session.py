"""The persistent bash of a layer: one process tree, commands in by a memory file, reports out by a socket."""

import json
import os
import select
import signal
import socket
import struct
import time

import processes
from bubblewrap import spawn
from capture import Capture

_DRIVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bash_driver.sh")
# The shell's script, one line, so that an error names the line of the command. It comes on standard input, which the
# driver then replaces, so that a process list shows a plain bash.
_START = b'IFS= read -rd "" -u61 __sw_loop;eval "$__sw_loop";{ __sw_find;eval "$__sw_loop";} 60<&- 61<&-\n'
_SHELL = ["/bin/bash"]
_INFO_FD = 62
_BREAK = signal.SIGRTMIN + 7
# After a deadline: how long interrupted, then killed processes may take, and how often they are signalled.
_GRACE_S = 0.3
_ROUND_S = 0.02
# How long a report alone is waited for, as a C timeval.
_QUIET = struct.pack("ll", 0, 2000)
# Bytes of commands after which the memory file is begun anew.
_CODE_LIMIT = 1 << 20
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
    `services` are callbacks by the descriptors that they serve while code runs. `whole_container`: its processes are all
    those of the container but the runner; else it is the first process of a namespace.
    """

    def __init__(self, launch, cwd: str, services, whole_container: bool = False) -> None:
        self.cwd = cwd
        self._services = services
        self._whole_container = whole_container
        self._sequence = 0
        self._reports = b""
        self._code = os.memfd_create("code", os.MFD_CLOEXEC)
        # Where the shell will read the next command; None where only a fresh start is certain.
        self._position = None
        ours, theirs = socket.socketpair()
        output_fd, output_write = os.pipe()
        self._info_fd, info_write = os.pipe()
        script = os.memfd_create("script", os.MFD_CLOEXEC)
        extra = {}
        try:
            with open(_DRIVER, "rb") as file:
                _rewrite(self._code, file.read() + b"\0")
            _rewrite(script, _START)
            argv, extra = launch(_INFO_FD, cwd, _SHELL)
            descriptors = {0: script, 1: output_write, 2: output_write, 60: theirs.fileno(), 61: self._code}
            if not whole_container:
                extra = {_INFO_FD: os.dup(info_write), **extra}
            self.pid = spawn(argv, ENVIRONMENT, descriptors | extra)
        finally:
            theirs.close()
            for fd in (output_write, info_write, script, *extra.values()):
                os.close(fd)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _QUIET)
        self._shell_fd = ours.detach()
        self.output_fd = output_fd
        os.set_blocking(output_fd, False)
        self._exit_fd = os.pidfd_open(self.pid)
        self._poll = select.poll()
        for fd in (self._shell_fd, self._exit_fd, output_fd, *services):
            self._poll.register(fd, select.POLLIN)
        self._init = None
        self._tree = None
        self._exit_status = None
        self._last_status = 0

    def wait_ready(self) -> None:
        """Wait for the shell's first report. Raises SessionEnded with what bubblewrap or bash answered."""
        self._until_report(Capture(4096), time.monotonic() + _START_S, None)
        processes.offer_first(self._shell_process())

    @property
    def tree(self) -> processes.NamespaceProcesses:
        """The processes of this session's namespace."""
        if self._tree is None:
            spared = os.getpid() if self._whole_container else None
            self._tree = processes.NamespaceProcesses(self._shell_process(), spared)
        return self._tree

    def _shell_process(self) -> int:
        """The shell's process. Raises ValueError when bubblewrap ended before it made one."""
        if self._whole_container:
            return self.pid
        if self._init is None:
            self._init = json.loads(os.read(self._info_fd, 4096))["child-pid"]
        return self._init

    def run(self, code: bytes, stdin, timeout_s: float, idle_s, capture: Capture):
        """
        Run code; its output goes to `capture`. Returns (exit status, None | 'deadline' | 'idle').
        Raises SessionEnded when the shell did not survive.
        """
        began = time.monotonic()
        self._feed(code, stdin)
        timeout = self._until_report(capture, began + timeout_s, idle_s)
        if timeout is None:
            return self._last_status, None
        try:
            alive = self._interrupt(capture, processes.ticks_at(began))
        except SessionEnded:
            alive = False
        if not alive:
            self.kill()
            raise SessionEnded(_TIMED_OUT, timeout)
        return _TIMED_OUT, timeout

    def _feed(self, code: bytes, stdin) -> None:
        if b"\0" in code:
            # bash cannot hold a NUL byte; it is dropped, as bash does for a script that has one.
            code = code.replace(b"\0", b"")
        self._sequence += 1
        text = code + b"\0"
        if self._position is None or self._position > _CODE_LIMIT:
            _rewrite(self._code, text + (stdin or b""))
            self._position = len(text)
        else:
            _write_at(self._code, text + (stdin or b""), self._position)
            self._position += len(text)
        if stdin:
            # How much of it the command will read is not known.
            self._position = None
        try:
            os.write(self._shell_fd, b"i\n" if stdin else b"\n")
        except (BrokenPipeError, ConnectionResetError):
            raise SessionEnded(self._reap()) from None

    def _until_report(self, capture, deadline: float, idle_s):
        """None when the shell reported, or which deadline passed first."""
        # Most commands report before they could fill the pipe: then one wake-up serves report and output together.
        if self._reported():
            capture.read_from(self.output_fd)
            return None
        quiet_since = time.monotonic()
        while True:
            now = time.monotonic()
            limit = deadline if idle_s is None else min(deadline, quiet_since + idle_s)
            if now >= limit:
                return "deadline" if limit == deadline else "idle"
            for fd, _ in self._poll.poll(max(1, (limit - now) * 1000)):
                if fd == self.output_fd:
                    quiet_since = time.monotonic()
                    if not capture.read_from(fd):
                        self._poll.unregister(fd)
                elif fd == self._shell_fd and self._reported():
                    capture.read_from(self.output_fd)
                    return None
                elif fd == self._exit_fd:
                    capture.read_from(self.output_fd)
                    raise SessionEnded(self._reap())
                elif fd in self._services:
                    self._services[fd]()

    def _reported(self) -> bool:
        """Whether the report of the present command comes soon; others, forged or late, are ignored."""
        try:
            data = os.read(self._shell_fd, 8192)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            data = b""
        if not data:
            # The end of its own would wake every poll; that the shell ended comes by another way.
            try:
                self._poll.unregister(self._shell_fd)
            except KeyError:
                pass
            return False
        *reports, rest = (self._reports + data).split(b"\0")
        self._reports = rest[-8192:]
        for report in reports:
            fields = report.split(b" ", 2)
            if len(fields) == 3 and fields[0] == b"%d" % self._sequence and fields[1].isdigit():
                self._last_status = int(fields[1])
                self.cwd = os.fsdecode(fields[2]) or "/"
                return True
        return False

    def _interrupt(self, capture, started: int) -> bool:
        """Interrupt what the command started, then kill it; whether the shell broke off the command and lives."""
        for number in (signal.SIGINT, signal.SIGKILL):
            until = time.monotonic() + _GRACE_S
            while time.monotonic() < until:
                _signal(self.tree.shell, _BREAK)
                self.tree.signal_since(started, number)
                if self._until_report(capture, time.monotonic() + _ROUND_S, None) is None:
                    self._sweep(capture, started)
                    return True
        return False

    def _sweep(self, capture, started: int) -> None:
        """Kill what the command left until none of it lives, so that its output is its own and not the next command's."""
        until = time.monotonic() + _GRACE_S
        while self.tree.signal_since(started, signal.SIGKILL) and time.monotonic() < until:
            capture.read_from(self.output_fd)
            time.sleep(0.001)
        capture.read_from(self.output_fd)

    def _reap(self) -> int:
        if self._exit_status is None:
            _, status = os.waitpid(self.pid, 0)
            code = os.waitstatus_to_exitcode(status)
            self._exit_status = code if code >= 0 else 128 - code
        return self._exit_status

    def kill(self) -> None:
        """End every process of the session, and leave no zombie."""
        try:
            self.tree.kill()
        except (OSError, ValueError, KeyError):
            # There is no such process any more, or bubblewrap ended before it told of one.
            pass
        if self._exit_status is None:
            _signal(self.pid, signal.SIGKILL)
        self._reap()
        self._reap_shell()

    def _reap_shell(self) -> None:
        """When bubblewrap ended before the shell, the shell is the runner's to wait for."""
        try:
            os.waitpid(self._shell_process(), 0)
        except (ChildProcessError, ValueError, KeyError):
            pass

    def close(self) -> None:
        self.kill()
        for fd in (self._code, self._shell_fd, self.output_fd, self._info_fd, self._exit_fd):
            os.close(fd)


def _rewrite(fd: int, data: bytes) -> None:
    os.ftruncate(fd, 0)
    _write_at(fd, data, 0)
    os.lseek(fd, 0, os.SEEK_SET)


def _write_at(fd: int, data: bytes, position: int) -> None:
    written = os.pwrite(fd, data, position)
    while written < len(data):
        written += os.pwrite(fd, data[written:], position + written)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
