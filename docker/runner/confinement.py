"""
The one confinement of every program that runs for an episode: a session, a program beside it, an inspection.

Rights, descriptors and the memory that others may read are given up before any process of the agent can see the new one:
a session is the first process of its namespaces, a program beside it is forked by a process outside of them that has
given up everything already, and an inspection runs in namespaces that the agent is not in.
"""

import ctypes
import mmap
import os
from collections.abc import Iterable
from typing import Any, Callable

import capabilities
import mounts
from capabilities import AGENT, INSPECTION
from devices import PROC_FLAGS, cover_proc
from mounts import MS_REC
from processes import offer_first
from session_ends import PID_BYTES

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_INSTRUCTION_SIZE = 8
_NAMESPACES = mounts.CLONE_NEWNS | mounts.CLONE_NEWCGROUP | mounts.CLONE_NEWUTS | mounts.CLONE_NEWIPC | mounts.CLONE_NEWPID
_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


class Confinement:
    """
    Starts confined processes. `devices` is the folder that `make_devices` made; `hostname` is what they are told.

    Each method forks, with `flags` (CLONE_PARENT for a sibling), and returns a pid; the child does its work and ends.
    Work must not import, look up a codec or format a traceback: every file may be the agent's by then. Raises OSError.
    """

    def __init__(self, seccomp_filter: bytes, devices: str, hostname: str) -> None:
        self._filter = seccomp_filter
        self._devices = devices
        self._hostname = hostname

    def fork_session(self, layer: Any, work: Callable[[], None], flags: int = 0) -> int:
        """The first process in namespaces of its own, with `layer` as its root."""

        def begin() -> None:
            self._enter(layer.merged, layer.shm)
            # At once: from here on every file is the agent's, also those that Python opens by itself.
            self._give_up(AGENT)
            work()

        return _fork(begin, flags | _NAMESPACES)

    def fork_beside(
        self, namespaces: Iterable[int], work: Callable[[], Callable[[], None]], told: int, flags: int = 0
    ) -> int:
        """
        A process in the namespaces of a session (descriptors, the pid namespace among them), a child of this process. The
        pid is that of its maker, which ends as soon as there is one, and tells that one's pid in the memory file `told`.
        `work` is called twice: in the maker with its rights gone, and, with what that returns, in the process itself.
        """

        def begin() -> None:
            # The descriptor does not outlast the work; the program itself has neither.
            page = mmap.mmap(told, mmap.PAGESIZE)
            # Everybody in the namespace may read those of the new process.
            hide_arguments()
            for namespace in namespaces:
                mounts.join(namespace)
            self._give_up(AGENT)
            become = work()
            pid = mounts.clone(mounts.CLONE_PARENT)
            if pid == 0:
                never_return(become)
            page[:PID_BYTES] = pid.to_bytes(PID_BYTES, "little")
            os._exit(0)

        return _fork(begin, flags)

    def fork_looking(self, view: Callable[[], str], work: Callable[[], None]) -> int:
        """A process in namespaces of its own that the agent is not in; `view` makes its root and returns its path."""

        def begin() -> None:
            mounts.make_private("/")
            root = view()
            self._settle(root)
            capabilities.bound(INSPECTION)
            self._give_up(INSPECTION)
            work()

        return _fork(begin, _NAMESPACES)

    def fork_alone(self, work: Callable[[], None], flags: int = 0) -> int:
        """A process in this one's own namespaces, for want of the right to make others."""

        def begin() -> None:
            self._give_up(AGENT)
            work()

        return _fork(begin, flags)

    def _enter(self, merged: str, shm: str) -> None:
        mounts.make_private("/")
        mounts.bind(self._devices, f"{merged}/dev", MS_REC)
        mounts.bind(shm, f"{merged}/dev/shm")
        self._settle(merged)

    def _settle(self, root: str) -> None:
        """As the first process of the namespaces: a read-only procfs, a host name, and `root` as the only root."""
        proc = f"{root}/proc"
        mounts.mount("proc", proc, "proc", PROC_FLAGS)
        cover_proc(proc, f"{self._devices}/null")
        mounts.protect(proc, PROC_FLAGS)
        mounts.set_hostname(self._hostname)
        mounts.become_root(root)

    def _give_up(self, rights: dict) -> None:
        """Give up every right but these, for good, and show nobody the memory of what is left."""
        set_dumpable(False)
        _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        capabilities.keep(rights)
        take_filter(self._filter)


def take_filter(code: bytes) -> None:
    """Take on a system call filter for good; without `no_new_privs` that takes SYS_ADMIN. Raises OSError."""
    program = _Program(len(code) // _INSTRUCTION_SIZE, code)
    _checked(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0))


def hide_arguments() -> None:
    """Have a process list show this process without its arguments."""
    with open("/proc/self/stat", "rb") as file:
        start, end = map(int, file.read().rpartition(b")")[2].split()[45:47])
    ctypes.memset(start, 0, end - start)


def set_dumpable(is_dumpable: bool) -> None:
    """Whether others of the same user may trace this process and read its memory and its descriptors. Raises OSError."""
    _checked(_libc.prctl(_PR_SET_DUMPABLE, int(is_dumpable), 0, 0, 0))


def _fork(begin: Callable[[], None], flags: int) -> int:
    pid = mounts.clone(flags)
    if pid == 0:
        never_return(lambda: _begin(begin))
    return pid


def _begin(begin: Callable[[], None]) -> None:
    # Before the agent's first program, and the first process too: who traces it could have it fork.
    offer_first("self")
    begin()


def never_return(work: Callable[[], None]) -> None:
    """What a fork does ends with it, whatever happens."""
    try:
        work()
    except BaseException as error:  # nobody else tells of it
        # No traceback: it would read source files, and the root may be the agent's by now.
        os.write(2, f"{type(error).__name__}: {error}\n".encode("utf-8", "replace"))
    finally:
        os._exit(127)


def _checked(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
