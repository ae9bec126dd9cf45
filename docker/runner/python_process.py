"""The Python interpreter of a session, forked from a warm one."""

import signal

from enclosed import wait_for
from processes import NamespaceProcesses, children_of, send
from session import SessionEnded
from zygote import Zygote

_CANNOT_START = 127


class PythonProcess:
    """
    An interpreter in a layer, or in none: then the container's processes but those `spared` are the agent's. `pid` ends
    with it: in a layer the first process of the namespace, which is the interpreter's parent.
    """

    def __init__(self, zygote: Zygote, layer, spared, cwd: str, descriptors: dict) -> None:
        self._zygote = zygote
        self._has_namespace = layer is not None
        self._spared = spared
        self._exit_status = None
        self._tree = None
        try:
            self.pid = zygote.start(layer, cwd, descriptors)
        except OSError as error:
            raise SessionEnded(_CANNOT_START) from error

    @property
    def interpreter(self) -> int:
        """The interpreter itself. It has started once it has reported."""
        return self.tree.own[-1]

    @property
    def tree(self) -> NamespaceProcesses:
        if self._tree is None:
            spared = () if self._has_namespace else (*self._spared, self._zygote.pid)
            interpreter = children_of(self.pid)[0] if self._has_namespace else self.pid
            self._tree = NamespaceProcesses(self.pid, (interpreter,), spared)
        return self._tree

    def break_off(self) -> None:
        """Raise KeyboardInterrupt in the action's code."""
        send(self.interpreter, signal.SIGINT)

    def reap(self) -> int:
        if self._exit_status is None:
            self._exit_status = wait_for(self.pid)
        return self._exit_status

    def kill(self) -> None:
        if self._exit_status is not None:
            return
        if not self._has_namespace:
            self.tree.kill()
        # The kernel kills a namespace with its first process.
        send(self.pid, signal.SIGKILL)
        self.reap()

    def close(self) -> None:
        """Nothing is held."""
