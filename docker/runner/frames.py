"""Length-prefixed frames between the server and the runner; the format is in README.md."""

import json
import os
import socket
import struct
from typing import Optional

MAX_FRAME = 64 * 1024 * 1024
_COPIED = 1 << 16
_LENGTHS = struct.Struct(">II")
_encode = json.JSONEncoder(separators=(",", ":")).encode


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode

# A header and a payload.
Frame = tuple[dict, bytes]


class Disconnected(Exception):
    """The server closed the channel or sent an invalid frame."""


class FrameChannel:
    """Reads and writes whole frames on two descriptors, or on one socket."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self.read_fd = read_fd
        self._write_fd = write_fd
        self._buffer = bytearray()

    @classmethod
    def connect(cls, path: str) -> "FrameChannel":
        """Connect to the server's unix socket at `path`."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        fd = connection.detach()
        return cls(fd, fd)

    def stand_in(self, fd: int) -> None:
        """Go on with another descriptor, under the number of the socket that was there; what was read of that is dropped."""
        os.dup2(fd, self.read_fd, inheritable=False)
        os.close(fd)
        self._buffer.clear()

    def next_buffered(self) -> Optional[Frame]:
        """The next whole frame already read as (header, payload), or None."""
        buffer = self._buffer
        if len(buffer) < 8:
            return None
        total, header_length = _LENGTHS.unpack_from(buffer)
        if total > MAX_FRAME or header_length + 4 > total:
            raise Disconnected("malformed frame")
        end = 4 + total
        if len(buffer) < end:
            return None
        try:
            header = _decode(buffer[8 : 8 + header_length].decode())
        except (ValueError, RecursionError):
            raise Disconnected("malformed frame") from None
        if not isinstance(header, dict):
            raise Disconnected("malformed frame")
        with memoryview(buffer) as view:
            payload = bytes(view[8 + header_length : end])
        del buffer[:end]
        return header, payload

    def fill(self) -> None:
        """Read what is available; block until there is something."""
        data = os.read(self.read_fd, 1 << 16)
        if not data:
            raise Disconnected("end of input")
        self._buffer += data

    def read(self) -> Frame:
        """The next frame, waiting for it."""
        while True:
            frame = self.next_buffered()
            if frame is not None:
                return frame
            self.fill()

    def write(self, header: dict, payload: bytes = b"") -> None:
        head = _encode(header).encode()
        data = _LENGTHS.pack(4 + len(head) + len(payload), len(head)) + head
        # A large payload is not copied once more.
        parts = (data, payload) if len(payload) > _COPIED else (data + payload,)
        written = os.writev(self._write_fd, parts)
        for part in parts:
            rest = memoryview(part)[written:]
            written = max(written - len(part), 0)
            while rest:
                rest = rest[os.write(self._write_fd, rest) :]
