"""The time after a server has gone, in which the next one may take the sandbox back."""

import ctypes
import hmac
import os
import socket
import struct
import time
from typing import NamedTuple, Optional

from frames import Disconnected, FrameChannel

_CLOCK_MONOTONIC = 1
# How often the runner looks for the next server.
_EVERY_S = 0.5
# Maximum time of a server to show the key.
_SHOW_S = 2
_libc = ctypes.CDLL(None, use_errno=True)


class Hold(NamedTuple):
    """Who may take the sandbox back, and for how long after the server has gone."""

    key: str
    grace_s: float


class Absence:
    """
    Looks for the next server at `path` at each tick of `fd`. The runner is the one that connects, as at its start: nothing
    in the container listens.
    """

    def __init__(self, path: str, hold: Hold) -> None:
        self._path = path
        self._key = hold.key
        self._until = time.monotonic() + hold.grace_s
        self.fd = _ticks(_EVERY_S)

    def look(self, fd: int) -> Optional[tuple[int, int]]:
        """
        Wait for the next tick of `fd`, a copy of the own one. Returns the connection of a server that has shown the key,
        as a descriptor, and the id of its request; None if there is none yet. Raises Disconnected after the grace time.
        """
        os.read(fd, 8)
        if time.monotonic() > self._until:
            raise Disconnected("no server took the sandbox back in time")
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(self._path)
            _set_patience(connection, _SHOW_S)
            header, _ = FrameChannel(connection.fileno(), connection.fileno()).read()
            if self._may_attach(header):
                _set_patience(connection, 0)
                return connection.detach(), header["id"]
        except (OSError, Disconnected):
            # It is not there yet, or hangs up.
            pass
        connection.close()
        return None

    def _may_attach(self, header: dict) -> bool:
        key = header.get("key")
        is_request = header.get("op") == "attach" and isinstance(header.get("id"), int) and isinstance(key, str)
        return is_request and hmac.compare_digest(key.encode(errors="replace"), self._key.encode())


def _set_patience(connection: socket.socket, seconds: int) -> None:
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        connection.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))


def _ticks(every_s: float) -> int:
    """A descriptor that is readable at once, and then every so many seconds."""
    fd = _libc.timerfd_create(_CLOCK_MONOTONIC, os.O_CLOEXEC)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create")
    seconds, nanoseconds = divmod(int(every_s * 1e9), 1_000_000_000)
    times = struct.pack("llll", seconds, nanoseconds, 0, 1)
    if _libc.timerfd_settime(fd, 0, times, None) != 0:
        raise OSError(ctypes.get_errno(), "timerfd_settime")
    return fd
