"""The few mount calls that a layer needs, through libc."""

import ctypes
import os

MS_NOSUID = 2
MS_NODEV = 4
MS_PRIVATE = 1 << 18
MS_REC = 1 << 14
MNT_DETACH = 2

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    result = _libc.mount(
        os.fsencode(source), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), os.fsencode(options)
    )
    _check(result, f"mount {kind} at {target}")


def make_private(target: str) -> None:
    """Keep mounts below `target` from spreading to other namespaces."""
    result = _libc.mount(None, os.fsencode(target), None, ctypes.c_ulong(MS_PRIVATE | MS_REC), None)
    _check(result, f"make {target} private")


def unmount(target: str) -> None:
    """Detach a mount at once; what still uses it keeps it until it ends."""
    _check(_libc.umount2(os.fsencode(target), MNT_DETACH), f"unmount {target}")
