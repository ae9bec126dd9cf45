"""The address of a server, and how a socket is opened there."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from .errors import ConnectError, UnauthorizedError

DEFAULT_URL = "ws://127.0.0.1:8765"
_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_HEADER_TOKEN = re.compile(r"[!-~]+")
"""What an `Authorization` header can carry; any other token goes into `initialize`."""


def default_url() -> str:
    """The variable `STEPWELL_URL`, or the address where a server listens by default."""
    return os.environ.get("STEPWELL_URL") or DEFAULT_URL


def endpoint(address: str) -> str:
    """The WebSocket address: `http` becomes `ws`, and an address without a path gets `/v1`."""
    parts = urlsplit(address)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ConnectError(f'"{address}" is not an address like {DEFAULT_URL}', status=400)
    path = "/v1" if parts.path in ("", "/") else parts.path
    return urlunsplit((_SCHEMES[parts.scheme], parts.netloc, path, parts.query, ""))


def header_token(token: str | None) -> str | None:
    """The token if a header can carry it."""
    return token if token is not None and _HEADER_TOKEN.fullmatch(token) else None


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def open_socket(
    url: str, token: str | None, timeout_s: float, max_frame_bytes: int, host_address: str | None = None
) -> ClientConnection:
    """
    Open a socket at an address of `endpoint`; with `host_address`, at that IP address, under the name in the URL.

    Raises `ConnectError` (refused, unreachable, no WebSocket there, too slow) or `UnauthorizedError`.
    """
    in_header = header_token(token)
    at: dict[str, Any] = {} if host_address is None else {"host": host_address}
    try:
        return await connect(
            url,
            additional_headers=None if in_header is None else {"Authorization": f"Bearer {in_header}"},
            compression=None,
            open_timeout=timeout_s,
            # The link has a heartbeat of its own: this one would end the socket by a handshake, and with it the episodes.
            ping_interval=None,
            close_timeout=2,
            max_size=max_frame_bytes,
            **at,
            # A proxy never leads to this machine itself.
            proxy=None if host_address is not None or _is_loopback(url) else True,
        )
    except InvalidStatus as refusal:
        status = refusal.response.status_code
        if status in (401, 403):
            raise UnauthorizedError(f"{url} refused the connection (HTTP {status})") from refusal
        raise ConnectError(f"no WebSocket at {url} (HTTP {status})", status) from refusal
    except (OSError, WebSocketException, asyncio.TimeoutError) as fault:
        reason = str(fault) or type(fault).__name__
        raise ConnectError(f"no connection to {url}: {reason}") from fault
