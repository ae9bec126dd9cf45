"""A TCP connection that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from urllib.parse import urlsplit

from stepwell.loop_thread import LoopThread


class Cable:
    """Forwards to a server. `cut` drops all connections without a word; while `broken`, new ones are dropped too."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        self._loop = LoopThread()
        self._writers: set[asyncio.StreamWriter] = set()
        self.broken = False
        self.connections = 0
        """Number of those that were made."""
        self._connected = threading.Condition()

    def __enter__(self) -> Cable:
        self._server = self._loop.run(self._listen())
        self.url = f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        self._loop.stop()

    def cut(self) -> None:
        self._loop.run(self._cut())

    def await_connections(self, count: int) -> None:
        """Wait until so many were made. Raises `TimeoutError` after a minute."""
        with self._connected:
            if not self._connected.wait_for(lambda: self.connections >= count, timeout=60):
                raise TimeoutError(f"{self.connections} connections, not {count}")

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def _cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._connected:
            self.connections += 1
            self._connected.notify_all()
        if self.broken:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
        self._writers |= {writer, far_writer}
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
