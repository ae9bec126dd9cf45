"""
The confinement of every program of an episode: a session, a program beside it, an inspection.

A new process gives up rights, descriptors and readable memory before any process of the agent can see it: a session is
the first process of its namespaces, a program beside it is forked by a process outside of them that has already given up
everything, and an inspection runs in namespaces without the agent.
"""

import ctypes
import mmap
import os
from collections.abc import Iterable
from typing import Any, Callable, Optional

import capabilities
import mounts
from capabilities import AGENT, INSPECTION, Rights
from devices import PROC_FLAGS, cover_proc
from mounts import MS_REC
from processes import offer_first
from session_ends import PID_BYTES
from user import User, become_user

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_INSTRUCTION_SIZE = 8
_NAMESPACES = mounts.CLONE_NEWNS | mounts.CLONE_NEWCGROUP | mounts.CLONE_NEWUTS | mounts.CLONE_NEWIPC | mounts.CLONE_NEWPID
_prctl = ctypes.CDLL(None, use_errno=True).prctl


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]

    @staticmethod
    def of(code: bytes) -> "_Program":
        return _Program(len(code) // _INSTRUCTION_SIZE, code)


class Confinement:
    """
    Starts confined processes. `devices` is the folder that `make_devices` made; `hostname` is the host name that they
    see. A `user` has no rights at all.

    Each method forks, with `flags` (CLONE_PARENT for a sibling), and returns a pid; the child does its work and ends.
    Work must not import, look up a codec or format a traceback: by then every file may belong to the agent. Raises
    OSError.
    """

    def __init__(self, seccomp_filter: bytes, devices: str, hostname: str) -> None:
        self._filter = _Program.of(seccomp_filter)
        self._agent, self._inspection, self._none = Rights(AGENT), Rights(INSPECTION), Rights({})
        self._devices = devices
        self._hostname = hostname

    def fork_session(
        self,
        layer: Any,
        work: Callable[[], None],
        flags: int = 0,
        user: Optional[User] = None,
        first: Callable[[], None] = lambda: None,
    ) -> int:
        """The first process in namespaces of its own, with `layer` as its root. `first` is called with all rights."""

        def begin() -> None:
            first()
            self._enter(layer.merged, layer.shm)
            # At once: from here on every file may be the agent's, including those that Python opens itself.
            self._give_up(self._agent, user)
            work()

        return _fork(begin, flags | _NAMESPACES)

    def fork_beside(
        self,
        namespaces: Iterable[int],
        work: Callable[[], Callable[[], None]],
        told: int,
        flags: int = 0,
        user: Optional[User] = None,
    ) -> int:
        """
        A process in the namespaces of a session (descriptors, including the pid namespace), as a child of this process.
        Returns the pid of its maker, which writes the new process's pid to the memory file `told` and ends. `work` is
        called twice: in the maker, after it has given up its rights, and then, with the result, in the process itself.
        """

        def begin() -> None:
            # Mapped, since `work` closes the descriptor. The program gets neither.
            page = mmap.mmap(told, mmap.PAGESIZE)
            # Every process in the namespace can read the arguments of the new one.
            hide_arguments()
            for namespace in namespaces:
                mounts.join(namespace)
            self._give_up(self._agent, user)
            become = work()
            pid = mounts.clone(mounts.CLONE_PARENT)
            if pid == 0:
                never_return(become)
            page[:PID_BYTES] = pid.to_bytes(PID_BYTES, "little")
            os._exit(0)

        return _fork(begin, flags)

    def fork_looking(self, view: Callable[[], str], work: Callable[[], None]) -> int:
        """A process in new namespaces without the agent; `view` makes its root and returns the path."""

        def begin() -> None:
            mounts.make_private("/")
            root = view()
            self._settle(root)
            capabilities.bound(INSPECTION)
            self._give_up(self._inspection)
            work()

        return _fork(begin, _NAMESPACES)

    def fork_alone(self, work: Callable[[], None], flags: int = 0) -> int:
        """Fork into the caller's own namespaces, for callers that may not create new ones."""

        def begin() -> None:
            self._give_up(self._agent)
            work()

        return _fork(begin, flags)

    def _enter(self, merged: str, shm: str) -> None:
        mounts.make_private("/")
        mounts.bind(self._devices, f"{merged}/dev", MS_REC)
        mounts.bind(shm, f"{merged}/dev/shm")
        self._settle(merged)

    def _settle(self, root: str) -> None:
        """In the first process of the namespaces: mount a read-only procfs, set the host name, make `root` the only root."""
        proc = f"{root}/proc"
        mounts.mount("proc", proc, "proc", PROC_FLAGS | mounts.MS_RDONLY)
        cover_proc(proc, self._devices)
        mounts.set_hostname(self._hostname)
        mounts.become_root(root)

    def _give_up(self, rights: Rights, user: Optional[User] = None) -> None:
        """Give up all other rights permanently, as a user all of them, and let nobody read this process's memory."""
        set_dumpable(False)
        _checked(_prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        if user is not None:
            capabilities.bound({})
            become_user(user)
            # A change of the user sets it anew.
            set_dumpable(False)
            rights = self._none
        rights.keep()
        _take(self._filter)


def take_filter(code: bytes) -> None:
    """Install a system call filter permanently; without `no_new_privs` that needs SYS_ADMIN. Raises OSError."""
    _take(_Program.of(code))


def _take(program: _Program) -> None:
    _checked(_prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0))


def hide_arguments() -> None:
    """Hide this process's arguments from process lists."""
    show_arguments(b"")


def show_arguments(words: bytes) -> None:
    """Have process lists show these words, each with a NUL at its end, instead of this process's arguments."""
    with open("/proc/self/stat", "rb") as file:
        start, end = map(int, file.read().rpartition(b")")[2].split()[45:47])
    room = end - start
    ctypes.memmove(start, words[: room - 1].ljust(room, b"\0"), room)


def set_dumpable(is_dumpable: bool) -> None:
    """Set whether processes of the same user may trace this process and read its memory and descriptors. Raises OSError."""
    _checked(_prctl(_PR_SET_DUMPABLE, int(is_dumpable), 0, 0, 0))


def _fork(begin: Callable[[], None], flags: int) -> int:
    pid = mounts.clone(flags)
    if pid == 0:
        never_return(lambda: _begin(begin))
    return pid


def _begin(begin: Callable[[], None]) -> None:
    # Before the agent's first program, and for the first process too: a process that traces it could make it fork.
    offer_first("self")
    begin()


def never_return(work: Callable[[], None]) -> None:
    """Run the work of a fork, and end the fork in any case."""
    try:
        work()
    except BaseException as error:  # no one else reports it
        # No traceback: it would read source files, and the root may be the agent's by now.
        os.write(2, f"{type(error).__name__}: {error}\n".encode("utf-8", "replace"))
    finally:
        os._exit(127)


def _checked(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
