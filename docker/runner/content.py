"""Digests of files' contents, with a bound on the work that hostile files can cause."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from typing import Optional

from budget import Budget

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_PIECE = 1 << 20

# A sparse file of any size costs nothing to make, so holes in larger files are skipped.
PLAIN = 64 << 20
# Blocks of zeros in larger files count as holes, since the position of holes is not part of the content.
BLOCK = 64 << 10
_ZEROS = bytes(BLOCK)


class Contents:
    """
    Reads the files of one pass completely. Never follows a link and never waits for a fifo. Raises `Exceeded` past the
    budget.

    :param plain: up to so many bytes the digest is that of the plain content
    """

    def __init__(self, budget: Budget, plain: int = PLAIN) -> None:
        self._budget = budget
        self._plain = plain
        self._by_inode: dict[tuple[int, int], str] = {}

    @staticmethod
    def digest_of(content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    def digest(self, folder: int, name: str, status: os.stat_result) -> Optional[str]:
        """
        The digest of the regular file that `status` describes, or `None` if another file is there by now.

        SHA-256 in hex: of the content; of more than `plain` bytes, of the size and of each block that is not all zeros,
        with its offset.
        """
        known = self._by_inode.get((status.st_dev, status.st_ino))
        if known is not None:
            return known
        try:
            file = os.open(name, _OPEN, dir_fd=folder)
        except OSError:
            return None
        return self._digest_and_close(file, status)

    def digest_through_links(self, path: bytes, status: os.stat_result) -> Optional[str]:
        """Like `digest`, but follows links."""
        try:
            file = os.open(path, _OPEN & ~os.O_NOFOLLOW)
        except OSError:
            return None
        return self._digest_and_close(file, status)

    def _digest_and_close(self, file: int, status: os.stat_result) -> Optional[str]:
        try:
            now = os.fstat(file)
            if not stat.S_ISREG(now.st_mode) or now.st_ino != status.st_ino:
                return None
            read = self._read if status.st_size <= self._plain else self._read_data
            found = read(file, status.st_size)
        finally:
            os.close(file)
        self._by_inode[status.st_dev, status.st_ino] = found
        return found

    def _read(self, file: int, size: int) -> str:
        sha = hashlib.sha256()
        offset = 0
        while offset < size:
            self._budget.look()
            piece = os.pread(file, min(_PIECE, size - offset), offset)
            if not piece:
                break
            sha.update(piece)
            offset += len(piece)
        return sha.hexdigest()

    def _read_data(self, file: int, size: int) -> str:
        sha = hashlib.sha256(b"data of %d bytes\n" % size)
        self._budget.look()
        for offset in _blocks_of_data(file, size):
            self._budget.look()
            piece = os.pread(file, min(BLOCK, size - offset), offset)
            if piece != _ZEROS[: len(piece)]:
                sha.update(b"%d %d\n" % (offset, len(piece)))
                sha.update(piece)
        return sha.hexdigest()


def _blocks_of_data(file: int, size: int) -> Iterator[int]:
    """Offsets of the blocks with data, in order."""
    offset = 0
    while offset < size:
        try:
            data = os.lseek(file, offset, os.SEEK_DATA)
            end = min(os.lseek(file, data, os.SEEK_HOLE), size)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return
            # A file system without holes.
            data, end = offset, size
        offset = max(offset, data - data % BLOCK)
        while offset < end:
            yield offset
            offset += BLOCK
