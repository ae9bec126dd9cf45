"""The part of the MySQL client protocol that the driver needs: statements as text over a Unix socket, rows one by one."""

import socket
import struct
import time
from collections.abc import Callable, Iterator

_PROTOCOL_41 = 1 << 9
_TRANSACTIONS = 1 << 13
_SECURE_CONNECTION = 1 << 15
_MULTI_STATEMENTS = 1 << 16
_MULTI_RESULTS = 1 << 17
_PLUGIN_AUTH = 1 << 19
_WITH_DATABASE = 1 << 3
_LONG_PASSWORD = 1
_MORE_RESULTS = 8
_UTF8MB4_GENERAL = 45
_MOST_IN_PACKET = 0xFFFFFF
_QUIT, _QUERY = 1, 3
_CHUNK = 1 << 16


class ServerError(Exception):
    """The server's error for a statement."""

    def __init__(self, code: int, state: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.state = state
        self.message = message


class ConnectionLost(Exception):
    """The server closed the connection, or the driver abandoned it."""


class Column:
    """The server's description of a column: its name, its type, and whether its values are bytes."""

    __slots__ = ("name", "type", "binary")

    def __init__(self, packet: bytes) -> None:
        at = 0
        for _ in range(4):
            _, at = lenenc_bytes(packet, at)
        name, at = lenenc_bytes(packet, at)
        _, at = lenenc_bytes(packet, at)
        charset, _, self.type = struct.unpack_from("<HIB", packet, at + 1)
        self.name = name.decode("utf-8", "replace")
        self.binary = charset == 63


class Done:
    """A statement without rows."""

    def __init__(self, affected: int) -> None:
        self.affected = affected


class Rows:
    """A statement's rows: `columns`, then each row's packet by iteration, which must run once and to the end."""

    def __init__(self, wire: "Wire", columns: list[Column]) -> None:
        self._wire = wire
        self.columns = columns
        self.more = False

    def __iter__(self) -> Iterator[bytes]:
        while True:
            packet = self._wire.packet()
            if packet[0] == 0xFE and len(packet) < 9:
                self.more = bool(struct.unpack_from("<H", packet, 3)[0] & _MORE_RESULTS)
                return
            if packet[0] == 0xFF:
                raise _error(packet)
            yield packet


class Wire:
    """
    One connection. `deadline` is a time of the monotonic clock. When it has passed, `late()` is called, while the server
    is silent or after every 64 KiB that it sends; `late()` sets a later deadline or raises. `thread` is the connection's
    number. `mariadb`: whether the server is MariaDB, not MySQL.
    """

    def __init__(self, path: str, user: str, database: str | None, late: Callable[[], None], several: bool = True) -> None:
        self.deadline = time.monotonic() + 10
        self._late = late
        self._buffer = bytearray()
        self._at = 0
        self._sequence = 0
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(path)
            self._shake_hands(user, database, several)
        except OSError as error:
            self.close()
            raise ConnectionLost(str(error)) from error
        except BaseException:
            self.close()
            raise

    def _shake_hands(self, user: str, database: str | None, several: bool) -> None:
        greeting = self.packet()
        if greeting[0] == 0xFF:
            raise _error(greeting)
        end = greeting.index(0, 1)
        self.mariadb = b"MariaDB" in greeting[1:end]
        self.thread = struct.unpack_from("<I", greeting, end + 1)[0]
        wanted = _LONG_PASSWORD | _PROTOCOL_41 | _TRANSACTIONS | _SECURE_CONNECTION | _PLUGIN_AUTH | _MULTI_RESULTS
        if several:
            wanted |= _MULTI_STATEMENTS
        if database is not None:
            wanted |= _WITH_DATABASE
        answer = struct.pack("<IIB23x", wanted, 1 << 24, _UTF8MB4_GENERAL) + user.encode() + b"\0\0"
        if database is not None:
            answer += database.encode() + b"\0"
        self._send(answer + b"mysql_native_password\0")
        reply = self.packet()
        # An account without a password needs no proof with any method.
        if reply[0] == 0xFE:
            self._send(b"")
            reply = self.packet()
        if reply[0] == 0xFF:
            raise _error(reply)

    def run(self, text: str) -> Iterator[Done | Rows]:
        """Send statements; yields `Done` or `Rows` for each. The first error raises `ServerError`."""
        self._sequence = 0
        self._send(bytes([_QUERY]) + text.encode("utf-8", "replace"))
        more = True
        while more:
            packet = self.packet()
            if packet[0] == 0xFF:
                raise _error(packet)
            if packet[0] == 0xFB:
                # The server requests a file of the client; it gets an empty one.
                self._send(b"")
            elif packet[0] == 0:
                affected, at = lenenc_number(packet, 1)
                _, at = lenenc_number(packet, at)
                more = bool(struct.unpack_from("<H", packet, at)[0] & _MORE_RESULTS)
                yield Done(affected)
            else:
                count, _ = lenenc_number(packet, 0)
                rows = Rows(self, [Column(self.packet()) for _ in range(count)])
                self.packet()
                yield rows
                more = rows.more

    def quit(self) -> None:
        try:
            self._sequence = 0
            self._send(bytes([_QUIT]))
        except ConnectionLost:
            pass
        self.close()

    def close(self) -> None:
        self._socket.close()

    def packet(self) -> bytes:
        """The next packet's content; the parts of a long packet are joined."""
        whole = b""
        while True:
            header = self._take(4)
            length = header[0] | header[1] << 8 | header[2] << 16
            self._sequence = (header[3] + 1) & 0xFF
            part = self._take(length)
            if length < _MOST_IN_PACKET:
                return whole + part if whole else part
            whole += part

    def _take(self, count: int) -> bytes:
        while len(self._buffer) - self._at < count:
            if self._at:
                del self._buffer[: self._at]
                self._at = 0
            self._buffer += self._receive()
        begin, self._at = self._at, self._at + count
        return bytes(self._buffer[begin : self._at])

    def _receive(self) -> bytes:
        while True:
            left = self.deadline - time.monotonic()
            if left <= 0:
                self._late()
                continue
            try:
                self._socket.settimeout(left)
                data = self._socket.recv(_CHUNK)
            except TimeoutError:
                continue
            except OSError as error:
                raise ConnectionLost(str(error)) from error
            if not data:
                raise ConnectionLost("the server closed the connection")
            return data

    def _send(self, content: bytes) -> None:
        frames = []
        while True:
            part, content = content[:_MOST_IN_PACKET], content[_MOST_IN_PACKET:]
            frames.append(struct.pack("<I", len(part) | self._sequence << 24) + part)
            self._sequence = (self._sequence + 1) & 0xFF
            if len(part) < _MOST_IN_PACKET:
                break
        try:
            self._socket.settimeout(30)
            self._socket.sendall(b"".join(frames))
        except OSError as error:
            raise ConnectionLost(str(error)) from error


def _error(packet: bytes) -> ServerError:
    code = struct.unpack_from("<H", packet, 1)[0]
    has_state = packet[3:4] == b"#"
    state = packet[4:9].decode("latin-1") if has_state else "HY000"
    return ServerError(code, state, packet[9 if has_state else 3 :].decode("utf-8", "replace"))


def lenenc_number(packet: bytes, at: int) -> tuple[int, int]:
    """A length-encoded number at an offset, and the offset after it."""
    first = packet[at]
    if first < 0xFB:
        return first, at + 1
    width = {0xFC: 2, 0xFD: 3, 0xFE: 8}[first]
    return int.from_bytes(packet[at + 1 : at + 1 + width], "little"), at + 1 + width


def lenenc_bytes(packet: bytes, at: int) -> tuple[bytes | None, int]:
    """A length-encoded text at an offset, and the offset after it; `None` for NULL."""
    first = packet[at]
    if first < 0xFB:
        return packet[at + 1 : at + 1 + first], at + 1 + first
    if first == 0xFB:
        return None, at + 1
    length, at = lenenc_number(packet, at)
    return packet[at : at + length], at + length
