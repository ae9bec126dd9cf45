"""The few calls about mounts and namespaces that a layer needs, through libc."""

import ctypes
import errno
import os
import re
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
# Flags that a mount keeps when it is made read-only, as `statvfs` reports them.
_KEPT_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC
CLONE_PARENT = 0x00008000
CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

# Numbers of system calls without a function in libc.
_MACHINE = os.uname().machine
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}[_MACHINE]
_CLONE = {"x86_64": 56, "aarch64": 220}[_MACHINE]
_libc = ctypes.CDLL(None, use_errno=True)
# Looked up here, once, and not by each fork.
_mount, _umount, _unshare, _setns = _libc.mount, _libc.umount2, _libc.unshare, _libc.setns
_mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
_sethostname, _syscall = _libc.sethostname, _libc.syscall
# PyDLL keeps the interpreter's lock: in a forked child no other thread could give it back.
_holding_syscall = ctypes.PyDLL(None, use_errno=True).syscall


def _error(what: str) -> OSError:
    """The error of the last call."""
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    result = _mount(os.fsencode(source), os.fsencode(target), kind.encode(), flags, os.fsencode(options))
    if result != 0:
        raise _error(f"mount {kind} at {target}")


def bind(source: str, target: str, flags: int = 0) -> None:
    """Bind-mount `source` at `target`; `flags` are MS_REC or nothing."""
    if _mount(os.fsencode(source), os.fsencode(target), None, MS_BIND | flags, None) != 0:
        raise _error(f"bind {source} at {target}")


def bind_if_there(source: str, target: str) -> None:
    """Bind-mount `source` at `target`, if that is there."""
    is_bound = _mount(os.fsencode(source), os.fsencode(target), None, MS_BIND, None) == 0
    if not is_bound and ctypes.get_errno() != errno.ENOENT:
        raise _error(f"bind {source} at {target}")


def remount(target: str, flags: int) -> None:
    """Give one mount these flags, and no others."""
    flags |= MS_REMOUNT | MS_BIND
    if _mount(None, os.fsencode(target), None, flags, None) != 0:
        raise _error(f"remount {target}")


def protect(target: str, flags: int = 0) -> None:
    """Make one mount read-only, with additional `flags`."""
    remount(target, flags | MS_RDONLY)


def protect_tree(target: str) -> None:
    """Make a mount and those below it read-only, without devices and set-user-ID programs."""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        places = [_unescaped(line.split()[4]) for line in file]
    for place in places:
        if place == target or place.startswith(f"{target}/"):
            protect(place, os.statvfs(place).f_flag & _KEPT_FLAGS | MS_NOSUID | MS_NODEV)


def _unescaped(path: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), path)


def make_private(target: str) -> None:
    """Keep mounts below `target` from spreading to other namespaces."""
    if _mount(None, os.fsencode(target), None, MS_PRIVATE | MS_REC, None) != 0:
        raise _error(f"make {target} private")


def unmount(target: str) -> None:
    """Detach a mount at once; processes that still use it keep it."""
    if _umount(os.fsencode(target), MNT_DETACH) != 0:
        raise _error(f"unmount {target}")


def clone(flags: int = 0) -> int:
    """
    Fork with flags, CLONE_PARENT for a sibling. Handlers of `os.fork` do not run, so the child must do little more than
    system calls. Returns its pid, or 0 in the child. Raises OSError.
    """
    pid = _holding_syscall(_CLONE, ctypes.c_ulong(flags | signal.SIGCHLD), 0, 0, 0, 0)
    if pid < 0:
        raise _error("start a process")
    return pid


def unshare(flags: int) -> None:
    """Enter new namespaces. Raises OSError."""
    if _unshare(flags) != 0:
        raise _error("make namespaces")


def join(namespace: int) -> None:
    """Enter the namespace of a descriptor; a pid namespace applies to later children. Raises OSError."""
    if _setns(namespace, 0) != 0:
        raise _error("join a namespace")


def become_root(folder: str) -> None:
    """Make a mount point the root of this mount namespace, and leave the old root behind."""
    os.chdir(folder)
    if _syscall(_PIVOT_ROOT, b".", b".") != 0:
        raise _error(f"make {folder} the root")
    unmount(".")
    os.chdir("/")


def set_hostname(name: str) -> None:
    encoded = name.encode()
    if _sethostname(encoded, len(encoded)) != 0:
        raise _error("set the host name")
