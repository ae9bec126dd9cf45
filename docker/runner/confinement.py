"""What a session is confined by, bash or Python: namespaces, a root of its own, no rights, given to a forked process."""

import ctypes
import os
import stat

import capabilities
import mounts
from bubblewrap import PROC_COVERED_FILES, PROC_COVERED_FOLDERS
from mounts import MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_REC
from processes import offer_first

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 22, 38, 47
_SECCOMP_MODE_FILTER, _PR_CAP_AMBIENT_CLEAR_ALL = 2, 4
_INSTRUCTION_SIZE = 8
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "core": "/proc/kcore",
    "ptmx": "pts/ptmx",
}
_NAMESPACES = mounts.CLONE_NEWNS | mounts.CLONE_NEWIPC | mounts.CLONE_NEWUTS | mounts.CLONE_NEWPID


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def make_devices(folder: str) -> None:
    """
    The `/dev` of every sandbox of a container, made once, and read-only to the last node: what one sandbox changes there
    the next would find.
    """
    os.mkdir(folder)
    mounts.mount("dev", folder, "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,mode=755")
    for name in _DEVICES:
        _make_device(f"/dev/{name}", f"{folder}/{name}")
    for name, target in _LINKS.items():
        os.symlink(target, f"{folder}/{name}")
    os.mkdir(f"{folder}/shm")
    os.mkdir(f"{folder}/pts")
    mounts.mount("devpts", f"{folder}/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620")
    mounts.protect(f"{folder}/pts", MS_NOSUID | MS_NOEXEC)
    mounts.protect(folder, MS_NOSUID | MS_NOEXEC)


def _make_device(known: str, path: str) -> None:
    """A node of its own, or the machine's where none may be made: locks and watches on that one are everybody's."""
    try:
        os.mknod(path, stat.S_IFCHR, os.stat(known).st_rdev)
        os.chmod(path, 0o666)
    except PermissionError:
        with open(path, "x", encoding="ascii"):
            mounts.bind(known, path)
        mounts.protect(path, MS_NOSUID | MS_NOEXEC)


class Confinement:
    """`devices` is the folder that `make_devices` made."""

    def __init__(self, seccomp_filter: bytes, devices: str, hostname: str) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._filter = seccomp_filter
        self._devices = devices
        self._hostname = hostname

    def fork(self, layer, work, flags: int = 0) -> int:
        """
        Fork a process that does `work` and ends: the first one in namespaces of its own, with `layer` as its root and
        no right but the agent's, or a plain one without a layer. Raises OSError.
        """
        pid = mounts.clone(flags if layer is None else flags | _NAMESPACES)
        if pid == 0:
            never_return(lambda: self._begin(layer, work))
        return pid

    def _begin(self, layer, work) -> None:
        # Before the agent's first program, and the first process too: who traces it could have it fork.
        offer_first("self")
        if layer is not None:
            self._settle(layer.merged, layer.shm)
            # At once: from here on every file is the agent's, also those that Python opens by itself.
            self._confine()
        work()

    def _settle(self, merged: str, shm: str) -> None:
        """As the first process of the namespaces: devices and a read-only procfs, and the layer as the only root."""
        mounts.make_private("/")
        mounts.bind(self._devices, f"{merged}/dev", MS_REC)
        mounts.bind(shm, f"{merged}/dev/shm")
        proc = f"{merged}/proc"
        mounts.mount("proc", proc, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        for path in PROC_COVERED_FILES:
            if os.path.exists(merged + path):
                mounts.bind(f"{self._devices}/null", merged + path)
                mounts.protect(merged + path, MS_NOSUID | MS_NOEXEC)
        for path in PROC_COVERED_FOLDERS:
            if os.path.isdir(merged + path):
                flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
                mounts.mount("tmpfs", merged + path, "tmpfs", flags, "size=4k,mode=555")
                mounts.protect(merged + path, flags)
        mounts.protect(proc, MS_NOSUID | MS_NODEV | MS_NOEXEC)
        mounts.set_hostname(self._hostname)
        mounts.become_root(merged)

    def _confine(self) -> None:
        """Give up every right but the agent's, for good."""
        _checked(self._libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        self._libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
        capabilities.keep_agents(self._libc)
        program = _Program(len(self._filter) // _INSTRUCTION_SIZE, self._filter)
        _checked(self._libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0))


def never_return(work) -> None:
    """What a fork does ends with it, whatever happens."""
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - nobody else tells of it
        # No traceback: it would read source files, and the root may be the agent's by now.
        os.write(2, f"{type(error).__name__}: {error}\n".encode("utf-8", "replace"))
    finally:
        os._exit(127)


def _checked(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
