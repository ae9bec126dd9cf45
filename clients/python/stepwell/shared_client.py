"""One connection for all environments of a program, so that a thousand of them share one socket."""

from __future__ import annotations

import os
import threading

from .address import default_url
from .client import Client


class _SharedClients:
    def __init__(self) -> None:
        self._clients: dict[tuple[int, str, str | None], Client] = {}
        self._lock = threading.Lock()

    def get(self, url: str, token: str | None) -> Client:
        key = (os.getpid(), url, token)
        with self._lock:
            client = self._clients.get(key)
            if client is None or client.closed:
                client = self._clients[key] = Client(url, token=token)
            return client

    def forked(self) -> None:
        """Another thread of the parent may hold the lock, which would never be free in this process."""
        self._lock = threading.Lock()


_shared = _SharedClients()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_shared.forked)


def shared_client(url: str | None, token: str | None) -> Client:
    """The program's client for this server. It is closed when the program ends. A forked process gets its own."""
    return _shared.get(url or default_url(), token)
