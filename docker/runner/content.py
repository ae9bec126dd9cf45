"""Digests of files' contents, with a bound on the work that hostile files can cause."""

import hashlib
import os
import stat
from typing import Dict, NamedTuple, Optional, Tuple

from budget import Budget

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_PIECE = 1 << 20

# A sparse file of any size costs nothing to make, so larger ones are known by their size, head and tail.
WINDOW = 64 << 20
# After so many bytes in one pass every further file is known by a much smaller window.
BUDGET = 256 << 20
NARROW_WINDOW = 64 << 10


class Digest(NamedTuple):
    """SHA-256 in hex, and the window through which the content was seen."""

    sha256: str
    window: int


class Contents:
    """Reads the files of one pass; never follows a link, never waits for a fifo. Raises `Exceeded` past its budget."""

    def __init__(self, budget: Budget, window: int = WINDOW, whole: int = BUDGET) -> None:
        self._budget = budget
        self._window = window
        self._whole = whole
        self._by_inode: Dict[Tuple[int, int, Optional[int]], Digest] = {}

    @staticmethod
    def digest_of(content: bytes) -> Digest:
        return Digest(hashlib.sha256(content).hexdigest(), WINDOW)

    def digest(self, folder: int, name: str, status: os.stat_result, window: Optional[int] = None) -> Optional[Digest]:
        """The digest of a regular file that `status` described, or `None` if another one is there by now.

        A file of at most `window` bytes is digested whole; of a larger one the size, the first and the last half
        window. Digests compare only when their windows are the same: pass an earlier one's to compare with it.
        """
        known = self._by_inode.get((status.st_dev, status.st_ino, window))
        if known is not None:
            return known
        try:
            file = os.open(name, _OPEN, dir_fd=folder)
        except OSError:
            return None
        return self._digest_and_close(file, status, window)

    def digest_through_links(self, path: bytes, status: os.stat_result, window: int) -> Optional[Digest]:
        """As `digest`, of what a path leads to."""
        try:
            file = os.open(path, _OPEN & ~os.O_NOFOLLOW)
        except OSError:
            return None
        return self._digest_and_close(file, status, window)

    def _digest_and_close(self, file: int, status: os.stat_result, window: Optional[int]) -> Optional[Digest]:
        key = (status.st_dev, status.st_ino, window)
        if window is None:
            affordable = min(status.st_size, self._window) <= self._whole
            window = self._window if affordable else min(NARROW_WINDOW, self._window)
        try:
            now = os.fstat(file)
            if not stat.S_ISREG(now.st_mode) or now.st_ino != status.st_ino:
                return None
            found = Digest(self._read(file, status.st_size, window), window)
        finally:
            os.close(file)
        self._by_inode[key] = found
        return found

    def _read(self, file: int, size: int, window: int) -> str:
        if size <= window:
            sha = hashlib.sha256()
            parts = [(0, size)]
        else:
            sha = hashlib.sha256(b"head and tail of %d bytes\n" % size)
            parts = [(0, window // 2), (size - window // 2, window // 2)]
        for offset, length in parts:
            end = offset + length
            while offset < end:
                piece = os.pread(file, min(_PIECE, end - offset), offset)
                if not piece:
                    break
                sha.update(piece)
                offset += len(piece)
                self._whole -= len(piece)
                self._budget.look()
        return sha.hexdigest()
