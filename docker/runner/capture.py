"""What is kept of a command's output: its head and its tail."""

import os
from collections import deque

_CHUNK = 1 << 16
# Reads in one go: more than the largest pipe holds, few enough that an endless writer cannot hold the reader.
_READS = 17


class Capture:
    """Keeps at most `limit` bytes, half from the head and half from the tail, and counts the rest."""

    def __init__(self, limit: int) -> None:
        self._head_room = limit - limit // 2
        self._tail_limit = limit // 2
        self._head = bytearray()
        self._tail = deque()
        self._tail_length = 0
        self.dropped = 0

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
            self.dropped += len(first)
            if not self._tail:
                return

    def read_from(self, fd: int) -> bool:
        """Take what a non-blocking descriptor holds; False at its end."""
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
        """The output; where some was dropped, `fields` gets how much and where the gap is."""
        if not self._tail:
            return bytes(self._head)
        tail = b"".join(self._tail)
        excess = len(tail) - self._tail_limit
        if excess > 0:
            tail = tail[excess:]
            self.dropped += excess
        if self.dropped:
            fields.update(truncated_bytes=self.dropped, truncated_at=len(self._head))
        return bytes(self._head) + tail
