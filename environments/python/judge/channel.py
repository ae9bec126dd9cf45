"""Messages of JSON over a stream socket: four bytes of length, then the text."""

import json
import select
import socket
import struct

MAX_MESSAGE = 16 << 20

# Bound here, so that a solution that changes the module `json` affects only itself.
_dumps = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_loads = json.JSONDecoder().decode


class Closed(Exception):
    """The other side is gone, or sent something that is not a message."""


class Channel:
    """One end. Not shared between threads."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def send(self, message: dict | str) -> None:
        data = _dumps(message).encode()
        if len(data) > MAX_MESSAGE:
            raise ValueError("a message is too long")
        try:
            self._socket.sendall(struct.pack("!I", len(data)) + data)
        except OSError as error:
            raise Closed() from error

    def receive(self) -> object:
        """The next message."""
        length = struct.unpack("!I", self._exactly(4))[0]
        if length > MAX_MESSAGE:
            raise Closed()
        try:
            return _loads(str(self._exactly(length), "utf-8"))
        except (ValueError, RecursionError) as error:
            raise Closed() from error

    def receive_within(self, seconds: float) -> object:
        """The next message. Raises Closed if it has not begun by then."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        if not poll.poll(seconds * 1000):
            raise Closed()
        return self.receive()

    def _exactly(self, count):
        data = bytearray()
        while len(data) < count:
            try:
                part = self._socket.recv(min(count - len(data), 1 << 20))
            except OSError as error:
                raise Closed() from error
            if not part:
                raise Closed()
            data += part
        return bytes(data)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()
