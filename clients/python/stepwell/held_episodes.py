"""The open episodes of a client, which each new socket must resume."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from .errors import StepwellError


class Resumable(Protocol):
    """An episode, as the link knows it."""

    @property
    def id(self) -> str: ...

    @property
    def resume_token(self) -> str: ...

    def resumed(self, result: Mapping[str, Any]) -> StepwellError | None:
        """Take what `episode/resume` returned. Returns why the episode cannot go on, if so."""

    def lost(self, error: StepwellError) -> None:
        """The episode is gone; every later call on it raises this error."""


class HeldEpisodes:
    """Those that are not over, closed or lost. The present socket has those that were reset or resumed on it."""

    def __init__(self) -> None:
        self._held: dict[str, Resumable] = {}
        self._on_socket: set[str] = set()
        """Ids of the episodes that the present socket has."""

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, episode: Resumable) -> bool:
        return episode.id in self._held

    def __iter__(self) -> Iterator[Resumable]:
        """The episodes that are held now. More may come or go meanwhile."""
        return iter(list(self._held.values()))

    def get(self, episode_id: str) -> Resumable | None:
        return self._held.get(episode_id)

    def hold(self, episode: Resumable) -> None:
        self._held[episode.id] = episode

    def drop(self, episode: Resumable) -> None:
        self._held.pop(episode.id, None)
        self._on_socket.discard(episode.id)

    def put_on_socket(self, episode: Resumable) -> None:
        """The present socket has it."""
        self._on_socket.add(episode.id)

    def socket_lost(self) -> None:
        """No socket has any of them."""
        self._on_socket.clear()

    def must_resume(self, episode: Resumable) -> bool:
        """Whether the present socket has to resume it before its calls can be sent."""
        return episode.id in self._held and episode.id not in self._on_socket
