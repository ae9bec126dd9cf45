"""The bash of a session: the first process of its namespaces, or a plain child where there are none."""

import os
import signal

from bubblewrap import spawn
from enclosed import INFO_FD, Enclosed, wait_for
from environment import ENVIRONMENT
from processes import NamespaceProcesses, send
from session import rewrite

_DRIVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bash_driver.sh")
# The shell's script, one line, so that an error names the line of the command. It comes on standard input, which the
# driver then replaces, so that a process list shows a plain bash.
_START = b'IFS= read -rd "" -u61 __sw_loop;eval "$__sw_loop";{ __sw_find;eval "$__sw_loop";} 60<&- 61<&-\n'
_SHELL = ["/bin/bash"]
_BREAK = signal.SIGRTMIN + 7


def _with_script(descriptors: dict, start):
    """Put the driver where bash reads it, and start bash with its script as standard input."""
    with open(_DRIVER, "rb") as file:
        rewrite(descriptors[61], file.read() + b"\0")
    script = os.memfd_create("script", os.MFD_CLOEXEC)
    try:
        rewrite(script, _START)
        return start({0: script, **descriptors})
    finally:
        os.close(script)


class BashProcess:
    """`pid` ends with the session; `interpreter` is the shell itself."""

    def __init__(self, bubblewrap, layer, cwd: str, descriptors: dict) -> None:
        command = bubblewrap.agent(layer, INFO_FD, cwd, _SHELL)
        self._enclosed = _with_script(descriptors, lambda all: Enclosed(command, all))
        self.pid = self._enclosed.pid
        self._tree = None

    @property
    def interpreter(self) -> int:
        return self._enclosed.first

    @property
    def tree(self) -> NamespaceProcesses:
        if self._tree is None:
            self._tree = NamespaceProcesses(self.interpreter, ())
        return self._tree

    def break_off(self) -> None:
        """Have the shell skip the rest of its command line."""
        send(self.interpreter, _BREAK)

    def reap(self) -> int:
        return self._enclosed.reap()

    def kill(self) -> None:
        self._enclosed.kill()

    def close(self) -> None:
        self._enclosed.close()


class PlainBashProcess:
    """A bash without namespaces: the container's other processes but those `spared` are the agent's."""

    def __init__(self, spared, cwd: str, descriptors: dict) -> None:
        argv = ["/usr/bin/env", f"--chdir={cwd}", *_SHELL]
        self.pid = _with_script(descriptors, lambda all: spawn(argv, ENVIRONMENT, all))
        self.interpreter = self.pid
        self.tree = NamespaceProcesses(self.pid, (), spared)
        self._exit_status = None

    def break_off(self) -> None:
        send(self.interpreter, _BREAK)

    def reap(self) -> int:
        if self._exit_status is None:
            self._exit_status = wait_for(self.pid)
        return self._exit_status

    def kill(self) -> None:
        self.tree.kill()
        if self._exit_status is None:
            send(self.pid, signal.SIGKILL)
        self.reap()

    def close(self) -> None:
        pass
