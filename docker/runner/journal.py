"""What the present lease was answered, for the next server that takes the sandbox back."""

import hashlib
from typing import Any, NamedTuple, Optional

# Maximum size of one lease's requests and replies, in bytes; a larger one cannot be taken back.
_MOST_BYTES = 4 * 1024 * 1024
# What an entry takes besides, roughly.
_ENTRY_BYTES = 512
# Requests without an effect that a server would have to know of.
_UNKEPT = frozenset(("ping", "hold", "leave", "reset", "snapshot", "recall"))


class Entry(NamedTuple):
    """A request and its reply. `sha256`: of the request's payload, None if it had none."""

    request: dict
    sha256: Optional[str]
    reply: dict
    payload: bytes


class Journal:
    """The requests of one lease and their replies, in order."""

    def __init__(self) -> None:
        # The lease's name; None if nobody could take the sandbox back.
        self.lease: Optional[str] = None
        self._entries: list[Entry] = []
        self._bytes = 0
        # The request in progress, with the digest of its payload.
        self._running: Optional[tuple[dict, Optional[str]]] = None
        # A reply that its server did not live to see.
        self._untold: Optional[Entry] = None

    def clear(self) -> None:
        """The lease is over."""
        self.lease = None
        self._entries = []
        self._bytes = 0
        self._untold = None

    def begin(self, header: dict, payload: bytes) -> None:
        """A request begins. The first one of a lease that can be taken back names it."""
        if header["op"] != "recall":
            self._untold = None
        lease = header.pop("lease", None)
        if lease is not None:
            self.clear()
            self.lease = lease
        if self.lease is None or header["op"] in _UNKEPT:
            return
        self._running = (header, hashlib.sha256(payload).hexdigest() if payload else None)

    def end(self, reply: dict, payload: bytes, is_told: bool) -> None:
        """The request in progress has this reply. `is_told`: its server is still there."""
        if self._running is None:
            return
        request, sha256 = self._running
        self._running = None
        entry = Entry(request, sha256, reply, payload)
        self._untold = None if is_told else entry
        self._bytes += _header_bytes(request, reply) + len(payload) + _ENTRY_BYTES
        # A state that was copied here is not what the requests led to.
        if self._bytes > _MOST_BYTES or request["op"] == "restore":
            self.lease = None
            self._entries = []
        elif self.lease is not None:
            self._entries.append(entry)

    def told(self) -> tuple[dict, bytes]:
        """All of it, and the request in progress."""
        running = None
        if self._running is not None:
            request, sha256 = self._running
            running = {"request": request, "sha256": sha256}
        told, payload = _told(self._entries)
        return {"lease": self.lease, "running": running, **told}, payload

    def untold(self) -> tuple[dict, bytes]:
        """The reply to the request that was in progress when another server took the sandbox back."""
        return _told([] if self._untold is None else [self._untold])


def _header_bytes(request: dict, reply: dict) -> int:
    """Roughly, what the headers take besides their fixed part. Of a step's only two fields have no fixed size."""
    if request["op"] == "run":
        return len(request.get("note", "")) + len(reply.get("cwd", ""))
    return len(repr(request)) + len(repr(reply))


def _told(entries: list[Entry]) -> tuple[dict[str, Any], bytes]:
    told = [
        {"request": entry.request, "sha256": entry.sha256, "reply": entry.reply, "bytes": len(entry.payload)}
        for entry in entries
    ]
    return {"entries": told}, b"".join(entry.payload for entry in entries)
