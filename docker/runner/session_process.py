"""The process of a session with any interpreter."""

import os
import select
import signal
from collections.abc import Collection
from typing import Callable, Optional

from agent_processes import AgentProcesses
from beside import CannotStart, beside, namespaces_of
from confinement import Confinement
from processes import children_of, reap, send
from spawning import keep_only
from user import User

# Maximum time for a process inside the namespace to signal the others; the agent can stop it.
_STROKE_MS = 200


class SessionProcess:
    """
    `pid` ends with the session, and its namespace with it; without a `confinement` it shares the runner's namespace.
    `has_parent`: the interpreter is its child. `break_signal` makes the interpreter stop an action. `own` returns the
    runner's own processes. `user`: that of the session, if it is not root;
    `is_apart`: it has a network namespace of its own.
    """

    def __init__(
        self,
        pid: int,
        break_signal: int,
        has_parent: bool,
        confinement: Optional[Confinement],
        own: Callable[[], Collection[int]],
        user: Optional[User] = None,
        is_apart: bool = False,
    ) -> None:
        self.pid = pid
        self._user = user
        self._is_apart = is_apart
        self._break_signal = break_signal
        self._has_parent = has_parent
        self._confinement = confinement
        self._own = own
        self._exit_status = None
        # Descriptors of its namespaces; none if it shares the runner's.
        self.namespaces = []
        self.processes = None

    def settle(self) -> None:
        """Look up its processes, after its first report and before the agent can change anything. Raises OSError."""
        children = children_of(self.pid) if self._has_parent else [self.pid]
        if not children:
            raise CannotStart("the interpreter has ended")
        if self._confinement is not None:
            self.namespaces = namespaces_of(children[0], self._user, self._is_apart)
        self.processes = AgentProcesses(self.pid, children[0], self._stroke, self._own)

    def break_off(self) -> None:
        send(self.processes.interpreter, self._break_signal)

    def reap(self) -> int:
        """Wait for its end; returns the exit status, 128 + signal if a signal killed it."""
        if self._exit_status is None:
            self._exit_status = reap(self.pid, self._own())
        return self._exit_status

    def kill(self) -> None:
        """End every process of the session, and leave no zombie."""
        if self._exit_status is None:
            # The kernel kills a namespace with its first process.
            send(self.pid, signal.SIGKILL)
        if self._confinement is None:
            self._stroke(signal.SIGKILL)
        self.reap()

    def close(self) -> None:
        """Kill it, and close its descriptors."""
        self.kill()
        for namespace in self.namespaces:
            os.close(namespace)
        if self.processes is not None:
            self.processes.close()

    def _stroke(self, number: int) -> None:
        """Signal all processes of the namespace at once, from a process inside it. It can fail, so some may be missed."""
        if self._confinement is None:
            # The first process of the container is this one: all others are meant.
            try:
                os.kill(-1, number)
            except ProcessLookupError:
                pass
            return

        def work() -> Callable[[], None]:
            keep_only({})
            return lambda: os.kill(-1, number)

        try:
            pid = beside(lambda told: self._confinement.fork_beside(self.namespaces, work, told))
        except OSError:
            return
        exit_fd = os.pidfd_open(pid)
        poll = select.poll()
        poll.register(exit_fd, select.POLLIN)
        poll.poll(_STROKE_MS)
        os.close(exit_fd)
        send(pid, signal.SIGKILL)
        reap(pid, {*self._own(), self.pid})
