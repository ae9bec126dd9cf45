"""The rights that programs keep. All others are given up permanently."""

import ctypes
import os

_PR_CAPBSET_READ, _PR_CAPBSET_DROP = 23, 24
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_VERSION = 0x20080522  # sets of 64 bits
_libc = ctypes.CDLL(None, use_errno=True)
# Looked up here, once, and not by each fork.
_prctl, _capget, _capset = _libc.prctl, _libc.capget, _libc.capset

# Docker's default capabilities less MKNOD, AUDIT_WRITE, SETPCAP and SETFCAP, with their numbers.
AGENT = {
    "CAP_CHOWN": 0,
    "CAP_DAC_OVERRIDE": 1,
    "CAP_FOWNER": 3,
    "CAP_FSETID": 4,
    "CAP_KILL": 5,
    "CAP_SETGID": 6,
    "CAP_SETUID": 7,
    "CAP_NET_BIND_SERVICE": 10,
    "CAP_NET_RAW": 13,
    "CAP_SYS_CHROOT": 18,
}
# Rights that the runner needs for layers, in addition to the agent's, when no container engine grants them.
RUNNER = {**AGENT, "CAP_SETPCAP": 8, "CAP_SYS_ADMIN": 21, "CAP_MKNOD": 27, "CAP_SETFCAP": 31}
# What a program needs to read an agent's files of any mode.
INSPECTION = {"CAP_DAC_OVERRIDE": 1}


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def bound(rights: dict) -> None:
    """
    Reduce the bounding set to `rights`, so that no program that this process starts can regain another right, not even
    through a hole in `no_new_privs`. Raises OSError if that is refused.
    """
    kept = set(rights.values())
    for number in range(64):
        is_there = number not in kept and _prctl(_PR_CAPBSET_READ, number, 0, 0, 0) == 1
        if is_there and _prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), f"capability {number} cannot be taken from the bounding set")


def bequeath() -> None:
    """Let the runner's helper processes keep its rights despite the bounding set. Raises OSError."""
    sets = _read()
    for half in sets:
        half.inheritable = half.permitted
    _write(sets)


class Rights:
    """
    Of the rights that this process has now, whose bounding set has no others, those of `rights`; worked out before a fork.
    Raises OSError.
    """

    def __init__(self, rights: dict) -> None:
        mask = sum(1 << number for number in rights.values())
        self._sets = _read()
        for position, half in enumerate(self._sets):
            kept = half.permitted & (mask >> 32 * position) & 0xFFFFFFFF
            half.effective = half.permitted = half.inheritable = kept
        self._header = ctypes.byref(_Header(_VERSION, 0))

    def keep(self) -> None:
        """Reduce the rights of this process to these. Raises OSError."""
        _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
        _check(_capset(self._header, self._sets), "capabilities cannot be set")


def keep(rights: dict) -> None:
    """Reduce the rights of this process, whose bounding set has no others, to `rights`. Raises OSError."""
    Rights(rights).keep()


def _read() -> ctypes.Array:
    sets = (_Sets * 2)()
    _check(_capget(ctypes.byref(_Header(_VERSION, 0)), sets), "capabilities cannot be read")
    return sets


def _write(sets: ctypes.Array) -> None:
    _check(_capset(ctypes.byref(_Header(_VERSION, 0)), sets), "capabilities cannot be set")


def _check(result: int, problem: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{problem}: {os.strerror(number)}")
