"""The bound that the runner sets to the rights of every program it starts."""

import ctypes

_PR_CAPBSET_READ, _PR_CAPBSET_DROP = 23, 24
_VERSION = 0x20080522  # sets of 64 bits

# Docker's default capabilities less MKNOD, AUDIT_WRITE, SETPCAP and SETFCAP, with their numbers. What is not among them
# no program can regain, not even through a hole in `no_new_privs`.
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


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def bound_programs() -> bool:
    """Leave nothing beyond `AGENT` in the bounding set; False where the runner itself lacks the right to do so.

    What the runner has becomes inheritable first, so that bubblewrap, which runs as root, still gets it from there.
    It gives up what the program in the sandbox shall not have.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    header = _Header(_VERSION, 0)
    sets = (_Sets * 2)()
    if libc.capget(ctypes.byref(header), sets) != 0:
        return False
    for half in sets:
        half.inheritable |= half.permitted
    if libc.capset(ctypes.byref(header), sets) != 0:
        return False
    return all(_drop(libc, number) for number in range(64) if number not in AGENT.values())


def keep_agents(libc) -> None:
    """Leave this process nothing beyond `AGENT`. Raises OSError."""
    header = _Header(_VERSION, 0)
    sets = (_Sets * 2)()
    mask = sum(1 << number for number in AGENT.values())
    if libc.capget(ctypes.byref(header), sets) == 0:
        for position, half in enumerate(sets):
            kept = half.permitted & (mask >> 32 * position) & 0xFFFFFFFF
            half.effective = half.permitted = half.inheritable = kept
        if libc.capset(ctypes.byref(header), sets) == 0:
            return
    raise OSError(ctypes.get_errno(), "capabilities cannot be given up")


def _drop(libc, number: int) -> bool:
    known = libc.prctl(_PR_CAPBSET_READ, number, 0, 0, 0) == 1
    return not known or libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) == 0
