"""
Copies of a layer: its upper directories and its /dev/shm as bytes, and back into the folders of a new layer.

What is read belongs to an agent: every file is opened relative to its open folder and never through a link. What is written
goes into folders that are not mounted yet and that no process of an agent can reach. Only kinds of files that an agent can
make are made: no device but the overlay's mark of a deleted file.
"""

import errno
import json
import os
import stat
from collections.abc import Iterable, Iterator
from typing import Any, Optional

from attributes import is_users
from budget import Bounds, Budget, Exceeded
from enclosure import write_all

# More is played again instead.
MOST_BYTES = 32 << 20
_BOUNDS = Bounds(files=20_000, reply=MOST_BYTES)
# Folders are kept open down to this depth.
_MOST_DEPTH = 128
_LENGTH = 4
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PIECE = 1 << 20
_STATE = frozenset(("system.posix_acl_access", "system.posix_acl_default", "security.capability"))
# Marks of the overlay. Others of its attributes only name files of the other layer.
_MARKS = frozenset(f"{space}.overlay.{key}" for space in ("trusted", "user") for key in ("opaque", "whiteout"))
# A folder or file of these cannot be made again.
_REFUSED = frozenset(f"{space}.overlay.{key}" for space in ("trusted", "user") for key in ("redirect", "metacopy"))
_NO_ATTRIBUTES = (errno.EOPNOTSUPP, errno.ENODATA)

# [parent, name, mode with type, uid, gid, atime, mtime, what, attributes]. Times in ns. `what`: of a regular file the
# extents [[offset, length], …] and its size; of a link its target; of a further link to a file, the path of the first.
Entry = list[Any]


class CannotCopy(Exception):
    """A layer that cannot be copied exactly; the message says why."""


def pack(folders: Iterable[str]) -> list[bytes]:
    """The content of some folders, in parts that belong one after the other. Raises CannotCopy."""
    try:
        reader = _Reader(Budget(_BOUNDS))
        for folder in folders:
            reader.read(folder)
    except Exceeded as exceeded:
        raise CannotCopy(f"more files than are copied ({exceeded.bound})") from exceeded
    except OSError as error:
        raise CannotCopy(f"files that cannot be read: {error.strerror}") from error
    index = json.dumps(reader.entries).encode()
    return [len(index).to_bytes(_LENGTH, "big"), index, *reader.contents]


def unpack(packed: memoryview, folders: list[str]) -> None:
    """Fill empty folders, in the order in which they were read. Raises CannotCopy; what was written by then stays."""
    size = int.from_bytes(packed[:_LENGTH], "big")
    entries = json.loads(bytes(packed[_LENGTH : _LENGTH + size]))
    try:
        _Writer(folders, packed[_LENGTH + size :]).write(entries)
    except OSError as error:
        raise CannotCopy(f"files that cannot be made again: {error.strerror}") from error


class _Reader:
    def __init__(self, budget: Budget) -> None:
        self.entries: list[Entry] = []
        self.contents: list[bytes] = []
        self._budget = budget
        # Paths of files with several links, from their folder's root.
        self._links: dict[tuple[int, int], str] = {}

    def read(self, folder: str) -> None:
        fd = os.open(folder, _OPEN_FOLDER)
        try:
            status = os.fstat(fd)
            self._add(-1, "", status, None, _attributes(fd))
            self._links.clear()
            self._fill(fd, len(self.entries) - 1, "", 0)
        finally:
            os.close(fd)

    def _fill(self, fd: int, parent: int, path: str, depth: int) -> None:
        if depth > _MOST_DEPTH:
            raise CannotCopy("folders that are nested too deep")
        with os.scandir(fd) as found:
            names = [entry.name for entry in found]
        # A tmpfs lists the latest first: made in the order in which they were made, files are listed in the same order.
        for name in reversed(names):
            self._budget.name()
            status = os.stat(name, dir_fd=fd, follow_symlinks=False)
            place = f"{path}{name}"
            if stat.S_ISDIR(status.st_mode):
                self._folder(fd, parent, name, place, depth)
            elif stat.S_ISLNK(status.st_mode):
                self._add(parent, name, status, os.readlink(name, dir_fd=fd), None)
            elif self._is_linked(status, place):
                self._add(parent, name, status, self._links[status.st_dev, status.st_ino], None)
            elif stat.S_ISREG(status.st_mode):
                self._file(fd, parent, name)
            else:
                self._add(parent, name, status, None, None)

    def _folder(self, above: int, parent: int, name: str, place: str, depth: int) -> None:
        fd = os.open(name, _OPEN_FOLDER, dir_fd=above)
        try:
            self._add(parent, name, os.fstat(fd), None, _attributes(fd))
            self._fill(fd, len(self.entries) - 1, f"{place}/", depth + 1)
        finally:
            os.close(fd)

    def _is_linked(self, status: os.stat_result, place: str) -> bool:
        """Whether it is a further link to a file that was read."""
        if status.st_nlink == 1:
            return False
        key = (status.st_dev, status.st_ino)
        return self._links.setdefault(key, place) != place

    def _file(self, folder: int, parent: int, name: str) -> None:
        fd = os.open(name, _READ, dir_fd=folder)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise CannotCopy("files that change meanwhile")
            extents = list(_extents(fd, status))
            for offset, length in extents:
                self._budget.told(length)
                content = _exactly(fd, offset, length)
                self.contents.append(content)
            self._add(parent, name, status, [extents, status.st_size], _attributes(fd))
        finally:
            os.close(fd)

    def _add(self, parent: int, name: str, status: os.stat_result, what: Any, attributes: Optional[dict[str, str]]) -> None:
        kind = stat.S_IFMT(status.st_mode)
        if kind in (stat.S_IFCHR, stat.S_IFBLK) and (kind != stat.S_IFCHR or status.st_rdev != 0):
            raise CannotCopy("devices")
        owner = (status.st_mode, status.st_uid, status.st_gid)
        times = (status.st_atime_ns, status.st_mtime_ns)
        self.entries.append([parent, name, *owner, *times, what, attributes])


def _extents(fd: int, status: os.stat_result) -> Iterator[tuple[int, int]]:
    """Where a file has content; holes are left out."""
    if status.st_blocks * 512 >= status.st_size:
        if status.st_size > 0:
            yield 0, status.st_size
        return
    end = 0
    while end < status.st_size:
        try:
            start = os.lseek(fd, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return
            raise
        end = os.lseek(fd, start, os.SEEK_HOLE)
        yield start, end - start


def _exactly(fd: int, offset: int, length: int) -> bytes:
    pieces = []
    while length > 0:
        piece = os.pread(fd, min(length, _PIECE), offset)
        if not piece:
            raise CannotCopy("files that change meanwhile")
        pieces.append(piece)
        offset += len(piece)
        length -= len(piece)
    return b"".join(pieces)


def _attributes(fd: int) -> Optional[dict[str, str]]:
    """The extended attributes that are part of a file's state, values in hex; None for none."""
    try:
        names = os.listxattr(fd)
    except OSError as error:
        if error.errno in _NO_ATTRIBUTES:
            return None
        raise
    if any(name in _REFUSED for name in names):
        raise CannotCopy("files that the layer names only")
    kept = [name for name in names if name in _STATE or name in _MARKS or is_users(name)]
    return {name: os.getxattr(fd, name).hex() for name in kept} or None


class _Writer:
    def __init__(self, folders: list[str], contents: memoryview) -> None:
        self._roots = iter(folders)
        self._contents = contents
        # Open folders from the root to the present one: number of the entry, descriptor, entry.
        self._open: list[tuple[int, int, Entry]] = []

    def write(self, entries: list[Entry]) -> None:
        try:
            for number, entry in enumerate(entries):
                self._close_until(entry[0])
                self._make(number, entry)
            self._close_until(-1)
            if len(self._contents) > 0 or next(self._roots, None) is not None:
                raise CannotCopy("another layout of the layer")
        finally:
            for _, fd, _ in self._open:
                os.close(fd)

    def _close_until(self, parent: int) -> None:
        """Close the folders below `parent`. Their times and modes are set last, as what is made in them changes these."""
        while self._open and self._open[-1][0] != parent:
            _, fd, entry = self._open.pop()
            try:
                _finish(fd, entry)
            finally:
                os.close(fd)

    def _make(self, number: int, entry: Entry) -> None:
        parent, name, mode, uid, gid, atime, mtime, what, _ = entry
        if parent < 0:
            root = next(self._roots, None)
            if root is None or not stat.S_ISDIR(mode):
                raise CannotCopy("another layout of the layer")
            self._open.append((number, os.open(root, _OPEN_FOLDER), entry))
            return
        if not self._open or name in ("", ".", "..") or "/" in name or "\0" in name:
            raise CannotCopy("names that no file can have")
        folder = self._open[-1][1]
        if stat.S_ISDIR(mode):
            os.mkdir(name, 0o700, dir_fd=folder)
            self._open.append((number, os.open(name, _OPEN_FOLDER, dir_fd=folder), entry))
            return
        if isinstance(what, str) and not stat.S_ISLNK(mode):
            # Every folder on the way was made here.
            root = self._open[0][1]
            os.link(what, name, src_dir_fd=root, dst_dir_fd=folder, follow_symlinks=False)
            return
        if stat.S_ISREG(mode):
            self._file(folder, entry)
            return
        if stat.S_ISLNK(mode):
            os.symlink(what, name, dir_fd=folder)
        elif stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode):
            # A character device of number 0 is the mark of a deleted file.
            os.mknod(name, stat.S_IFMT(mode) | 0o600, 0, dir_fd=folder)
        else:
            raise CannotCopy("devices")
        os.chown(name, uid, gid, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISLNK(mode):
            os.chmod(name, stat.S_IMODE(mode), dir_fd=folder)
        os.utime(name, ns=(atime, mtime), dir_fd=folder, follow_symlinks=False)

    def _file(self, folder: int, entry: Entry) -> None:
        extents, size = entry[7]
        fd = os.open(entry[1], _CREATE, 0o600, dir_fd=folder)
        try:
            for offset, length in extents:
                os.lseek(fd, offset, os.SEEK_SET)
                write_all(fd, self._contents[:length])
                self._contents = self._contents[length:]
            os.ftruncate(fd, size)
            _finish(fd, entry)
        finally:
            os.close(fd)


def _finish(fd: int, entry: Entry) -> None:
    """Owner, attributes, mode and times of an open file or folder."""
    _, _, mode, uid, gid, atime, mtime, _, attributes = entry
    os.fchown(fd, uid, gid)
    for name, value in (attributes or {}).items():
        os.setxattr(fd, name, bytes.fromhex(value))
    os.fchmod(fd, stat.S_IMODE(mode))
    os.utime(fd, ns=(atime, mtime))
