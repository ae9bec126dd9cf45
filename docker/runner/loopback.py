"""The only interface that a new network namespace has."""

import fcntl
import socket
import sys

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_NAME = b"lo".ljust(16, b"\0")
_FLAGS = slice(16, 18)


def raise_loopback() -> None:
    """Bring it up. Raises OSError without the right to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = bytearray(fcntl.ioctl(any_socket, _SIOCGIFFLAGS, _NAME + bytes(24)))
        flags = int.from_bytes(request[_FLAGS], sys.byteorder) | _IFF_UP
        request[_FLAGS] = flags.to_bytes(2, sys.byteorder)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, bytes(request))
