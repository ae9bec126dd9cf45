"""A program that bubblewrap runs in namespaces of its own, and the first process of these."""

import json
import os
import signal

from bubblewrap import spawn
from environment import ENVIRONMENT
from processes import send

INFO_FD = 62


class Enclosed:
    """
    `command` is (argv, descriptors) as `Bubblewrap.agent` gives them for `INFO_FD`; `descriptors` are the program's own.
    """

    def __init__(self, command, descriptors: dict) -> None:
        argv, extra = command
        self._info_fd, info_write = os.pipe()
        try:
            self.pid = spawn(argv, ENVIRONMENT, {INFO_FD: info_write, **descriptors, **extra})
        finally:
            for fd in (info_write, *extra.values()):
                os.close(fd)
        self._first = None
        self._exit_status = None

    @property
    def first(self) -> int:
        """The namespace's first process. Raises ValueError when bubblewrap ended before it made one."""
        if self._first is None:
            self._first = json.loads(os.read(self._info_fd, 4096))["child-pid"]
        return self._first

    def reap(self) -> int:
        """Wait for bubblewrap's end, which follows that of the first process; the exit status of the program."""
        if self._exit_status is None:
            self._exit_status = wait_for(self.pid)
        return self._exit_status

    def kill(self) -> None:
        """End it, and leave no zombie. What else lives in the namespace the kernel kills with the first process."""
        try:
            send(self.first, signal.SIGKILL)
        except ValueError:
            pass
        if self._exit_status is None:
            send(self.pid, signal.SIGKILL)
        self.reap()
        try:
            # When bubblewrap ended before it, the first process is the runner's to wait for.
            os.waitpid(self.first, 0)
        except (ChildProcessError, ValueError):
            pass

    def close(self) -> None:
        os.close(self._info_fd)


def wait_for(pid: int) -> int:
    """The exit status of a child, 128 + signal for a killed one, once it has ended."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return code if code >= 0 else 128 - code
