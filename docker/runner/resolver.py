"""Name resolution without a network: every query is answered "no such name" at once instead of timing out."""

import socket

ADDRESS = "127.0.0.1"
CONFIGURATION = f"nameserver {ADDRESS}\n"
_HEADER = 12
_NO_SUCH_NAME = 0x8183  # a response, recursion desired and available, NXDOMAIN
_MESSAGES = 64


class OfflineResolver:
    """A DNS server on loopback. `fd` becomes readable when `answer` has something to do."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind((ADDRESS, 53))
        self.fd = self._socket.fileno()

    @staticmethod
    def needed() -> bool:
        """Whether loopback is the only network."""
        return [name for _, name in socket.if_nameindex()] == ["lo"]

    def answer(self) -> None:
        for _ in range(_MESSAGES):
            try:
                message, sender = self._socket.recvfrom(4096)
                if len(message) >= _HEADER and not message[2] & 0x80:
                    self._socket.sendto(no_such_name(message), sender)
            except OSError:
                # There is no more query, or its sender is gone.
                return


def no_such_name(query: bytes) -> bytes:
    """The negative answer to a DNS query (RFC 1035, section 4): its id and its question, nothing else."""
    end = _HEADER
    while end < len(query) and query[end]:
        end += 1 + query[end]
    question = query[_HEADER : end + 5]
    counts = b"\0\1\0\0\0\0\0\0"
    return query[:2] + _NO_SUCH_NAME.to_bytes(2, "big") + counts + question
