"""Reads the bytes of a layer, and digests them on the way: as they are stored, and uncompressed."""

import gzip
import hashlib
import os
import zlib
from typing import Optional, Protocol

from refusal import Refusal

_PIECE = 1 << 18
_GZIP = b"\x1f\x8b"


class Source(Protocol):
    """What can be read."""

    def read(self, size: int = -1) -> bytes: ...


class Segment:
    """A part of a file."""

    def __init__(self, path: str, offset: int, size: int) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._at = offset
        self._end = offset + size

    def read(self, size: int = -1) -> bytes:
        left = self._end - self._at
        piece = os.pread(self._fd, left if size < 0 else min(size, left), self._at)
        if not piece and left > 0:
            raise Refusal("archive", "it is truncated")
        self._at += len(piece)
        return piece

    def start(self) -> bytes:
        """The first bytes, which stay to be read."""
        return os.pread(self._fd, min(len(_GZIP), self._end - self._at), self._at)


class Digested:
    """Digests what is read through it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._sha = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self._sha.update(piece)
        return piece

    @property
    def digest(self) -> str:
        return "sha256:" + self._sha.hexdigest()


class Blob:
    """
    A layer as an archive has it, to be read uncompressed.

    :param digest: what the stored bytes must have, if the archive says so
    :param diff_id: what the uncompressed bytes must have, if the archive says so
    """

    def __init__(
        self, path: str, offset: int, size: int, digest: Optional[str] = None, diff_id: Optional[str] = None
    ) -> None:
        segment = Segment(path, offset, size)
        self._stored = Digested(segment)
        self._expected = (digest, diff_id)
        compressed = segment.start() == _GZIP
        self._tar = Digested(gzip.GzipFile(fileobj=self._stored, mode="rb") if compressed else self._stored)  # type: ignore

    def read(self, size: int = -1) -> bytes:
        try:
            return self._tar.read(size)
        except EOFError:
            raise Refusal("archive", "its compressed data is truncated") from None
        except (zlib.error, gzip.BadGzipFile):
            raise Refusal("archive", "its compressed data is damaged") from None

    def finish(self) -> str:
        """Read the rest and compare the digests. Returns that of the uncompressed bytes."""
        while self.read(_PIECE):
            pass
        while self._stored.read(_PIECE):
            pass
        digest, diff_id = self._expected
        _compare("digest", digest, self._stored.digest)
        _compare("diff_id", diff_id, self._tar.digest)
        return self._tar.digest


def _compare(what: str, expected: Optional[str], found: str) -> None:
    if expected is not None and expected != found:
        raise Refusal("digest", f"its {what} is {found}, not {expected}")
