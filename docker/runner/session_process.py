"""The process of a session, whichever interpreter it runs."""

import os
import signal

from processes import NamespaceProcesses, children_of, exit_status, send


class SessionProcess:
    """
    `pid` ends with the session. It is the first process of a namespace of its own, unless there are processes beside it
    that are `spared` because they are not the agent's. `break_signal` has the interpreter break off an action.
    """

    def __init__(self, pid: int, break_signal: int, has_parent: bool, spared) -> None:
        self.pid = pid
        self._break_signal = break_signal
        self._has_parent = has_parent
        self._spared = spared
        self._exit_status = None
        self._tree = None

    @property
    def interpreter(self) -> int:
        """The interpreter itself, known once it has reported: the first process or its child."""
        return self.tree.interpreter

    @property
    def tree(self) -> NamespaceProcesses:
        """The processes of the namespace."""
        if self._tree is None:
            interpreter = children_of(self.pid)[0] if self._has_parent else self.pid
            self._tree = NamespaceProcesses(self.pid, interpreter, self._spared)
        return self._tree

    def break_off(self) -> None:
        send(self.interpreter, self._break_signal)

    def reap(self) -> int:
        """Wait for its end; the exit status, 128 + signal where one killed it."""
        if self._exit_status is None:
            self._exit_status = exit_status(os.waitpid(self.pid, 0)[1])
        return self._exit_status

    def kill(self) -> None:
        """End every process of the session, and leave no zombie."""
        if self._exit_status is None:
            # The kernel kills a namespace with its first process.
            send(self.pid, signal.SIGKILL)
        if self._spared:
            self.tree.kill_all()
        self.reap()
