"""The Python interpreter of a session, forked from a warm one."""

import os
import signal

from enclosed import INFO_FD, Enclosed
from processes import NamespaceProcesses, children_of, send
from session import SessionEnded
from zygote import Zygote

# Keeps the namespaces alive, and says when they are complete by giving back a byte.
_KEEPER = ["/bin/cat"]
_CANNOT_START = 127


class PythonProcess:
    """An interpreter in a layer. The first process of its namespace is bubblewrap, which waits for orphans."""

    def __init__(self, zygote: Zygote, bubblewrap, layer, cwd: str, descriptors: dict) -> None:
        self._zygote = zygote
        self._exit_status = None
        keeper_read, self._keeper_write = os.pipe()
        said_read, said_write = os.pipe()
        null = os.open("/dev/null", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(self._keeper_write, b"\n")
            command = bubblewrap.agent(layer, INFO_FD, "/", _KEEPER, as_first=False)
            self._enclosed = Enclosed(command, {0: keeper_read, 1: said_write, 2: null})
            os.close(said_write)
            said_write = None
            if not os.read(said_read, 1):
                raise SessionEnded(self._enclosed.reap())
            self._first = self._enclosed.first
            keepers = children_of(self._first)
            self.pid = self.interpreter = zygote.start(self._first, cwd, descriptors)
        except (OSError, SessionEnded) as error:
            self._give_up(error)
        finally:
            for fd in (keeper_read, said_read, said_write, null):
                if fd is not None:
                    os.close(fd)
        self.tree = NamespaceProcesses(self._first, (*keepers, self.interpreter))

    def _give_up(self, error: Exception) -> None:
        self._enclosed.kill()
        self._close_keeper()
        raise error if isinstance(error, SessionEnded) else SessionEnded(_CANNOT_START) from error

    def break_off(self) -> None:
        """Raise KeyboardInterrupt in the action's code."""
        send(self.interpreter, signal.SIGINT)

    def reap(self) -> int:
        if self._exit_status is None:
            self._exit_status = self._zygote.wait(self.pid)
        return self._exit_status

    def kill(self) -> None:
        # The namespace ends only when its processes are waited for, and this one is the zygote's to wait for.
        if self._exit_status is None:
            send(self.interpreter, signal.SIGKILL)
        self.reap()
        self._enclosed.kill()

    def close(self) -> None:
        self._close_keeper()

    def _close_keeper(self) -> None:
        self._enclosed.close()
        os.close(self._keeper_write)


class PlainPythonProcess:
    """An interpreter without namespaces: the container's other processes but those `spared` are the agent's."""

    def __init__(self, zygote: Zygote, spared, cwd: str, descriptors: dict) -> None:
        self._zygote = zygote
        self._exit_status = None
        self.pid = self.interpreter = zygote.start(None, cwd, descriptors)
        self.tree = NamespaceProcesses(self.pid, (), (*spared, zygote.pid))

    def break_off(self) -> None:
        send(self.interpreter, signal.SIGINT)

    def reap(self) -> int:
        if self._exit_status is None:
            self._exit_status = self._zygote.wait(self.pid)
        return self._exit_status

    def kill(self) -> None:
        self.tree.kill()
        self.reap()

    def close(self) -> None:
        pass
