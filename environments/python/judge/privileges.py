"""
Isolation of a solution process from the judge: another user, no capabilities. If only one user exists (an unprivileged local
engine), the judge and the spawner are made undumpable instead, so the solution can read neither their memory nor their
`/proc` entries. It can still kill them, which gives no score.
"""

import ctypes
import os

# Far from other users, and different per sandbox: the kernel counts processes per user over all containers.
_USERS = (1 << 24, 1 << 30)
_NOBODY = 65534
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS, _PR_GET_NO_NEW_PRIVS = 38, 39
_PR_CAP_AMBIENT = 47
_CAPABILITY_VERSION = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)
# Looked up here, once, and not by each solution process.
_prctl, _capget, _capset = _libc.prctl, _libc.capget, _libc.capset
# Two halves of effective, permitted, inheritable.
_Sets = ctypes.c_uint32 * 6
_own = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)


def new_user() -> int:
    """A user id for solution processes."""
    return _USERS[0] + int.from_bytes(os.urandom(4), "big") % (_USERS[1] - _USERS[0])


def _has_rights():
    """Whether this process has capabilities, or may gain some."""
    sets = _Sets()
    is_known = _capget(_own, sets) == 0
    return not is_known or bool(sets[1] or sets[4]) or _prctl(_PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1


def _has_others():
    """Whether there is more than one user, as in every namespace but those that an ordinary user makes."""
    try:
        with open("/proc/self/uid_map") as file:
            return sum(int(line.split()[2]) for line in file) > 1
    except OSError:
        return True


def separate(user: int) -> bool:
    """Whether a solution process can have its own user; tried in a separate process if there are others."""
    if not _has_others():
        return False
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if become(user) else 1)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def become(user: int) -> bool:
    """Become another user; returns whether that is possible."""
    for number in (user, _NOBODY):
        try:
            os.setgroups([])
            os.setresgid(number, number, number)
            os.setresuid(number, number, number)
            return True
        except OSError:
            continue
    return False


def hide() -> None:
    """Close this process to others of the same user, if the solution will have that user."""
    _prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def drop(user: int, folder: str) -> None:
    """Become `user`, or stay the same user if that is impossible; in any case drop all capabilities."""
    for number in (user, _NOBODY):
        try:
            os.chown(folder, number, number)
            break
        except OSError:
            continue
    become(user)
    if not _has_rights():
        return
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _prctl(_PR_CAP_AMBIENT, 4, 0, 0, 0)
    _capset(_own, _Sets())
    # A process with its own user is dumpable again, but only the judge could read it, which it never does.
    _prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
