"""Messages of JSON over a stream socket: four bytes of length, then the text."""

import json
import select
import struct
import time

MAX_MESSAGE = 16 << 20

# Held here, so that what a solution does to the module `json` concerns only itself.
_dumps = json.JSONEncoder(separators=(',', ':'), check_circular=False).encode
_loads = json.JSONDecoder().decode


class Closed(Exception):
    """The other side is gone, or what it sent is no message."""


class Late(Exception):
    """The other side did not answer in time."""


class Channel:
    """One end. Not shared between threads."""

    def __init__(self, sock):
        self._socket = sock

    def fileno(self):
        return self._socket.fileno()

    def send(self, message, deadline=None):
        data = _dumps(message).encode()
        if len(data) > MAX_MESSAGE:
            raise ValueError('a message is too long')
        view = memoryview(struct.pack('!I', len(data)) + data)
        try:
            if deadline is None:
                self._socket.sendall(view)
                return
            while view:
                self._wait(select.POLLOUT, deadline)
                view = view[self._socket.send(view, 0x40):]
        except BlockingIOError:
            raise Late() from None
        except OSError as error:
            raise Closed() from error

    def receive(self, deadline=None):
        """The next message. deadline: time.monotonic() after which to raise Late."""
        length = struct.unpack('!I', self._exactly(4, deadline))[0]
        if length > MAX_MESSAGE:
            raise Closed()
        try:
            return _loads(str(self._exactly(length, deadline), 'utf-8'))
        except (ValueError, RecursionError) as error:
            raise Closed() from error

    def _exactly(self, count, deadline):
        data = bytearray()
        while len(data) < count:
            if deadline is not None:
                self._wait(select.POLLIN, deadline)
            try:
                part = self._socket.recv(min(count - len(data), 1 << 20))
            except OSError as error:
                raise Closed() from error
            if not part:
                raise Closed()
            data += part
        return bytes(data)

    def _wait(self, event, deadline):
        poll = select.poll()
        poll.register(self._socket, event)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise Late()

    def close(self):
        self._socket.close()
