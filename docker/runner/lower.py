"""The files under a layer: the pristine files of one root."""

import ctypes
import errno
import os
from typing import Optional

from attributes import attributes_digest
from budget import Budget
from content import Contents

_O_PATH = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_AT_FDCWD = -100
_OPEN_TREE = 428  # on every machine
_OPEN_TREE_CLONE = 1
_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)

# Bind mounts of containers, which layers show too.
BOUND_FILES = frozenset(("etc/hosts", "etc/hostname", "etc/resolv.conf"))


class Lower:
    """
    Files below a folder by their relative paths; opened on first use.

    An overlay does not show mounts on folders of its lower directory. Neither does this class, if the kernel can make a
    view without mounts (`open_tree`, Linux 5.2, outside of user namespaces).

    :param bound: relative paths that are seen with their mounts anyway
    """

    def __init__(self, path: str, bound: frozenset[str] = BOUND_FILES) -> None:
        self._path = path
        self._bound = bound
        self._mounted = -1
        self._bare = -1

    def status(self, path: str) -> Optional[os.stat_result]:
        """`lstat`, or `None` if there is nothing, also for a path that is too long."""
        try:
            return os.stat(path, dir_fd=self._root(path), follow_symlinks=False)
        except OSError as error:
            if error.errno in _NOTHING_THERE:
                return None
            raise

    def names(self, path: str) -> list[str]:
        """Names in a folder; empty if the runner may not read it, since the agent may not either."""
        try:
            fd = os.open(path, _OPEN_FOLDER, dir_fd=self._root(path))
        except PermissionError:
            return []
        try:
            return os.listdir(fd)
        finally:
            os.close(fd)

    def target(self, path: str) -> bytes:
        return os.fsencode(os.readlink(path, dir_fd=self._root(path)))

    def digest(self, path: str, contents: Contents) -> Optional[str]:
        """The digest of the regular file at `path`."""
        status = self.status(path)
        return status and contents.digest(self._root(path), path, status)

    def attributes(self, path: str, budget: Budget) -> Optional[str]:
        """The digest of the extended attributes at `path`."""
        return attributes_digest(self._root(path), path, budget)

    def close(self) -> None:
        for fd in (self._mounted, self._bare):
            if fd >= 0:
                os.close(fd)
        self._mounted = self._bare = -1

    def _root(self, path: str) -> int:
        if path in self._bound:
            if self._mounted < 0:
                self._mounted = os.open(self._path, _O_PATH)
            return self._mounted
        if self._bare < 0:
            self._bare = _without_mounts(self._path)
        return self._bare


def _without_mounts(path: str) -> int:
    """A descriptor of the folder without the mounts below it; of the plain folder if that is refused."""
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(_OPEN_TREE, _AT_FDCWD, os.fsencode(path), _OPEN_TREE_CLONE | os.O_CLOEXEC)
    return fd if fd >= 0 else os.open(path, _O_PATH)
