"""Processes in a session's namespaces that are none of its children."""

import os

from processes import children_of

# What a program beside the session shares with it; its pid namespace is that of the children of who joins it.
_NAMESPACES = ("pid", "ipc", "uts", "cgroup", "mnt")


class CannotStart(OSError):
    """No process could be started: for want of memory or processes, which the agent may have used up."""


def namespaces_of(pid: int) -> list:
    """Descriptors of the namespaces of a session's process. Raises CannotStart."""
    opened = []
    try:
        for name in _NAMESPACES:
            opened.append(os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC))
    except OSError as error:
        for namespace in opened:
            os.close(namespace)
        raise CannotStart("the session has ended") from error
    return opened


def beside(fork) -> int:
    """The pid of the process that the one which `fork` returns has started. Raises CannotStart."""
    mine = os.getpid()
    before = set(children_of(mine))
    maker = fork()
    status = os.waitpid(maker, 0)[1]
    new = set(children_of(mine)) - before - {maker}
    if status != 0 or len(new) != 1:
        raise CannotStart("no process can be started beside the session")
    return new.pop()
