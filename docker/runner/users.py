"""Users of an image, by its own files."""

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Optional

from files import get
from request_error import RequestError
from user import User

_MOST_BYTES = 1 << 20
_LARGEST = (1 << 31) - 1
_NUMBER = re.compile(r"[0-9]{1,10}")
_libc = ctypes.CDLL(None, use_errno=True)
_setfsuid, _setfsgid, _prctl = _libc.setfsuid, _libc.setfsgid, _libc.prctl
_PR_SET_PDEATHSIG, _PR_GET_PDEATHSIG = 1, 2


def user_in(root: str, wanted: object) -> User:
    """
    The user that `wanted` names, as container engines read it: a name or number, also `user:group`. A number need not be in
    `/etc/passwd`. `root` has files that no agent has changed.

    :raises RequestError: `bad_request`, `not_supported`
    """
    if not isinstance(wanted, str) or not wanted or wanted.count(":") > 1:
        raise RequestError("bad_request", "user: expected a name or a number, or both with a group as in user:group")
    name, _, group = wanted.partition(":")
    rows = [row for row in _rows(root, "/etc/passwd") if len(row) >= 6]
    row = next((row for row in rows if row[0] == name), None) or next((row for row in rows if row[2] == name), None)
    if row is not None:
        user = User(_number(row[2]), _number(row[3]), [], row[5] or "/")
    elif name in ("root", "0"):
        user = User(0, 0, [], "/root")
    elif _NUMBER.fullmatch(name):
        user = User(_number(name), 0, [], "/")
    else:
        raise RequestError("not_supported", f"user: the image has no user {name!r} in /etc/passwd")
    groups = [one for one in _rows(root, "/etc/group") if len(one) >= 4]
    if group:
        user = user._replace(gid=_group(groups, group))
    elif row is not None:
        user = user._replace(groups=sorted({_number(one[2]) for one in groups if row[0] in one[3].split(",")}))
    _check(user)
    return user


def _group(groups: list[list[str]], wanted: str) -> int:
    found = next((row for row in groups if row[0] == wanted), None)
    if found is not None:
        return _number(found[2])
    if not _NUMBER.fullmatch(wanted):
        raise RequestError("not_supported", f"user: the image has no group {wanted!r} in /etc/group")
    return _number(wanted)


def _rows(root: str, path: str) -> list[list[str]]:
    try:
        text = get(root, path, _MOST_BYTES).decode("utf-8", "surrogateescape")
    except RequestError as error:
        if error.code == "path_not_found":
            return []
        raise RequestError("not_supported", f"user: {error}") from error
    return [line.strip().split(":") for line in text.splitlines()]


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > _LARGEST:
        raise RequestError("not_supported", f"user: {text!r} is no number of a user or group")
    return int(text)


def _check(user: User) -> None:
    """An ordinary user's machine has only root, and some have processes that change their user readable for all of it."""
    for kind, numbers in (("uid", [user.uid]), ("gid", [user.gid, *user.groups])):
        ranges = _ranges(f"/proc/self/{kind}_map")
        if not all(any(start <= number < start + count for start, count in ranges) for number in numbers):
            message = f"user: this engine has no {kind} {max(numbers)}; run the server as root, or use the Docker engine"
            raise RequestError("not_supported", message)
    with open("/proc/sys/fs/suid_dumpable", encoding="ascii") as file:
        if user.uid != 0 and file.read().strip() == "1":
            raise RequestError("not_supported", "user: only root while the machine's fs.suid_dumpable is 1; set it to 0")


def _ranges(path: str) -> list[tuple[int, int]]:
    with open(path, encoding="ascii") as file:
        return [(int(line.split()[0]), int(line.split()[2])) for line in file]


@contextmanager
def looking_as(user: Optional[User]) -> Iterator[None]:
    """Look at processes with a user's numbers: without the right to trace, root may not look at those of others."""
    if user is None:
        yield
        return
    # Any change of a process's numbers clears what it gets when its parent ends, and a local container ends by that.
    at_end = ctypes.c_int()
    _prctl(_PR_GET_PDEATHSIG, ctypes.byref(at_end), 0, 0, 0)
    # The group first: without root's number there is no right to change it.
    _setfsgid(user.gid)
    _setfsuid(user.uid)
    try:
        yield
    finally:
        _setfsuid(0)
        _setfsgid(0)
        _prctl(_PR_SET_PDEATHSIG, at_end.value, 0, 0, 0)
