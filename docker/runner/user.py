"""The user that a program of an episode runs as."""

import os
from typing import NamedTuple


class User(NamedTuple):
    """Numbers of a user with those of its groups, and its home."""

    uid: int
    gid: int
    groups: list[int]
    home: str


def become_user(user: User) -> None:
    """In a fork with the right to: have this user's numbers and nothing of root's. Raises OSError."""
    os.setgroups(user.groups)
    os.setresgid(user.gid, user.gid, user.gid)
    os.setresuid(user.uid, user.uid, user.uid)
