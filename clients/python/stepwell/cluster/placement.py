"""Which server gets the next reset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

_JITTER = 0.1
"""Servers whose shares differ by less are equally good: many clients must not all choose the same one."""


class Load(Protocol):
    """How full a server is, as far as its client knows."""

    @property
    def state(self) -> Mapping[str, Any]:
        """What `server/state` said last."""

    @property
    def sent(self) -> int:
        """Resets that this client has sent since."""


L = TypeVar("L", bound=Load)


def room_of(load: Load) -> int:
    """Sandboxes that can be had without waiting; negative: so many resets wait."""
    episodes, sandboxes = load.state["episodes"], load.state["sandboxes"]
    taken = sandboxes["states"].get("leased", 0) + sandboxes["queued"]
    room: int = min(sandboxes["max"] - taken, episodes["max"] - episodes["open"]) - load.sent
    return room


def least_leased(servers: Sequence[L], count: int, random: Callable[[], float]) -> L | None:
    """
    The server with the smallest share of leased sandboxes after `count` more, those that wait included, up to a little
    chance. One that has room for all of them comes before one that has not. `random` is 0 to 1.
    """

    def score(server: L) -> float:
        room = room_of(server) - count
        share: float = -room / max(1, server.state["sandboxes"]["max"])
        return share + (1 if room < 0 else 0) + _JITTER * random()

    return min(servers, key=score, default=None)
