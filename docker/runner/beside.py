"""Processes in a session's namespaces that are none of its children."""

import mmap
import os
from typing import Callable

from session_ends import PID_BYTES

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


def beside(fork: Callable[[int], int]) -> int:
    """
    The pid of the process that a maker has started; `fork` takes the memory file where the maker tells it, and returns the
    maker's. The agent makes children of the runner's as well, and they are not to be mixed up. Raises CannotStart.
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
