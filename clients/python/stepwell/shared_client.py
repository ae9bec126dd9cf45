"""One connection for all environments of a program, so that a thousand of them share one socket."""

from __future__ import annotations

import os
import threading

from .address import default_url
from .client import Client

_clients: dict[tuple[int, str, str | None], Client] = {}
_lock = threading.Lock()


def shared_client(url: str | None, token: str | None) -> Client:
    """The program's client for this server. It is closed when the program ends. A forked process gets its own."""
    key = (os.getpid(), url or default_url(), token)
    with _lock:
        client = _clients.get(key)
        if client is None or client.closed:
            client = _clients[key] = Client(url, token=token)
        return client
