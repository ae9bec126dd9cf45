"""The part of a command's output that is kept: its head and its tail."""

import hashlib
import os
from collections import deque

_CHUNK = 1 << 16
# Reads in a row: more than the largest pipe holds, but an endless writer cannot block the reader.
_READS = 17


class Capture:
    """
    Keeps at most `limit` bytes, half from the head and half from the tail, and counts the rest. It computes a digest of
    all bytes only if some are dropped.
    """

    def __init__(self, limit: int) -> None:
        self._head_room = limit - limit // 2
        self._tail_limit = limit // 2
        self._head = bytearray()
        self._tail = deque()
        self._tail_length = 0
        self.dropped = 0
        self._sha = None

    def add(self, data: bytes) -> None:
        if self._head_room:
            taken = data[: self._head_room]
            self._head += taken
            self._head_room -= len(taken)
            data = data[len(taken) :]
            if not data:
                return
        self._tail.append(data)
        self._tail_length += len(data)
        while self._tail_length - len(self._tail[0]) >= self._tail_limit:
            first = self._tail.popleft()
            self._tail_length -= len(first)
            self._drop(first)
            if not self._tail:
                return

    def _drop(self, data: bytes) -> None:
        """Count and digest bytes between head and tail."""
        if self._sha is None:
            self._sha = hashlib.sha256(self._head)
        self._sha.update(data)
        self.dropped += len(data)

    def read_from(self, fd: int) -> bool:
        """Read what a non-blocking descriptor holds; False at its end."""
        for _ in range(_READS):
            try:
                data = os.read(fd, _CHUNK)
            except BlockingIOError:
                return True
            if not data:
                return False
            self.add(data)
            if len(data) < _CHUNK:
                return True
        return True

    def finish(self, fields: dict) -> bytes:
        """
        The output. If bytes were dropped, `fields` gets their number, the position of the gap, and the digest of the
        whole output.
        """
        if not self._tail and self._sha is None:
            return bytes(self._head)
        tail = b"".join(self._tail)
        excess = len(tail) - self._tail_limit
        if excess > 0:
            self._drop(tail[:excess])
            tail = tail[excess:]
        if self._sha is not None:
            self._sha.update(tail)
            fields.update(truncated_bytes=self.dropped, truncated_at=len(self._head), sha256=self._sha.hexdigest())
        return bytes(self._head) + tail
