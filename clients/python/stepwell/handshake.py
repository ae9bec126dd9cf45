"""Opens a socket, agrees on the protocol with the server, and notices when the server does not answer any more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from .address import header_token, open_socket
from .errors import ConnectError, remote_error
from .version import PROTOCOL_VERSION, VERSION

_HEARTBEAT_S = 20.0
_SILENCE_S = 60.0
"""Time that the answer to a ping may take. A trainer may keep its event loop busy for a while."""


async def greeted_socket(
    url: str, token: str | None, timeout_s: float, max_frame_bytes: int, host_address: str | None = None
) -> tuple[ClientConnection, Mapping[str, Any]]:
    """
    A socket, and the result of `initialize` on it.

    Raises `ConnectError`, `UnauthorizedError` or `VersionMismatchError`.
    """
    socket = await open_socket(url, token, timeout_s, max_frame_bytes, host_address)
    try:
        return socket, await asyncio.wait_for(_greeting(socket, token), timeout_s)
    except BaseException as fault:
        await socket.close()
        if isinstance(fault, ConnectionClosed):
            raise ConnectError(f"{url} closed the socket: {fault}") from fault
        if isinstance(fault, asyncio.TimeoutError):
            raise ConnectError(f"{url} did not answer within {timeout_s} s") from fault
        raise


async def _greeting(socket: ClientConnection, token: str | None) -> Mapping[str, Any]:
    params: dict[str, Any] = {
        "protocol_version": PROTOCOL_VERSION,
        "client": {"name": "stepwell-python", "version": VERSION},
    }
    if token is not None and header_token(token) is None:
        params["token"] = token
    await socket.send(json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}))
    answer = json.loads(await socket.recv())
    if "error" in answer:
        raise remote_error(answer["error"])
    result: Mapping[str, Any] = answer["result"]
    return result


async def beat(socket: ClientConnection) -> None:
    """Drop a socket whose other end does not answer, without a closing handshake, which would end the episodes."""
    try:
        while True:
            await asyncio.sleep(_HEARTBEAT_S)
            await asyncio.wait_for(_answered_ping(socket), _SILENCE_S)
    except ConnectionClosed:
        pass
    except asyncio.TimeoutError:
        socket.transport.abort()


async def _answered_ping(socket: ClientConnection) -> None:
    """Also waits until the ping can be sent, as the other end may have stopped reading."""
    await (await socket.ping())
