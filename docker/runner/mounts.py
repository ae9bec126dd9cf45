"""The few calls about mounts and namespaces that a layer needs, through libc."""

import ctypes
import os
import signal

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 1 << 12
MS_PRIVATE = 1 << 18
MS_REC = 1 << 14
MNT_DETACH = 2
CLONE_PARENT = 0x00008000
CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000

# The numbers of calls that libc has no plain function for.
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CLONE = {"x86_64": 56, "aarch64": 220}
_libc = ctypes.CDLL(None, use_errno=True)
# Its functions do not give up the interpreter's lock: a forked child has nobody to give it back.
_holding = ctypes.PyDLL(None)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    result = _libc.mount(
        os.fsencode(source), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), os.fsencode(options)
    )
    _check(result, f"mount {kind} at {target}")


def bind(source: str, target: str, flags: int = 0) -> None:
    """Show what lies at `source` at `target` too; `flags` are MS_REC or nothing."""
    result = _libc.mount(os.fsencode(source), os.fsencode(target), None, ctypes.c_ulong(MS_BIND | flags), None)
    _check(result, f"bind {source} at {target}")


def protect(target: str, flags: int = 0) -> None:
    """Make one mount read-only, with `flags` beside."""
    flags |= MS_REMOUNT | MS_BIND | MS_RDONLY
    _check(_libc.mount(None, os.fsencode(target), None, ctypes.c_ulong(flags), None), f"protect {target}")


def make_private(target: str) -> None:
    """Keep mounts below `target` from spreading to other namespaces."""
    result = _libc.mount(None, os.fsencode(target), None, ctypes.c_ulong(MS_PRIVATE | MS_REC), None)
    _check(result, f"make {target} private")


def unmount(target: str) -> None:
    """Detach a mount at once; what still uses it keeps it until it ends."""
    _check(_libc.umount2(os.fsencode(target), MNT_DETACH), f"unmount {target}")


def clone(flags: int) -> int:
    """
    Fork with flags, CLONE_PARENT for a sibling. None of what `os.fork` runs afterwards is run: the child must not go far
    beyond system calls. Its pid, or 0 in the child.
    """
    pid = _holding.syscall(_CLONE[os.uname().machine], ctypes.c_ulong(flags | signal.SIGCHLD), 0, 0, 0, 0)
    if pid < 0:
        raise OSError("a process in namespaces of its own is refused")
    return pid


def become_root(folder: str) -> None:
    """Make a mount point the root of this mount namespace, and leave the old root behind."""
    os.chdir(folder)
    _check(_libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."), f"make {folder} the root")
    _check(_libc.umount2(b".", MNT_DETACH), "leave the old root")
    os.chdir("/")


def set_hostname(name: str) -> None:
    _check(_libc.sethostname(name.encode(), len(name.encode())), "set the host name")
