"""Processes in a session's namespaces that are not its children."""

import mmap
import os
from typing import Callable, Optional

from session_ends import PID_BYTES
from user import User
from users import looking_as

# Namespaces that a program beside the session joins. The pid namespace applies to the children of the process that joins.
_NAMESPACES = ("pid", "ipc", "uts", "cgroup", "mnt")


class CannotStart(OSError):
    """No process could be started, because memory or processes are used up, possibly by the agent."""


def namespaces_of(pid: int, user: Optional[User] = None, is_apart: bool = False) -> list:
    """
    Descriptors of the namespaces of a session's process, which runs as `user` and may have its own network. Raises
    CannotStart.
    """
    opened = []
    try:
        with looking_as(user):
            for name in (*_NAMESPACES, "net") if is_apart else _NAMESPACES:
                opened.append(os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC))
    except OSError as error:
        for namespace in opened:
            os.close(namespace)
        raise CannotStart("the session has ended") from error
    return opened


def beside(fork: Callable[[int], int]) -> int:
    """
    The pid of the process that a maker has started. `fork` takes the memory file to which the maker writes this pid, and
    returns the maker's pid. The pid is not looked up among the runner's children, because the agent can add children to
    the runner. Raises CannotStart.
    """
    told = os.memfd_create("pid", os.MFD_CLOEXEC)
    try:
        os.ftruncate(told, mmap.PAGESIZE)
        maker = fork(told)
        os.waitpid(maker, 0)
        pid = int.from_bytes(os.pread(told, PID_BYTES, 0), "little")
    finally:
        os.close(told)
    if pid == 0:
        raise CannotStart("no process can be started beside the session")
    return pid
