"""A call that waits for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import StepwellError

Note = Mapping[str, Any]
"""Params of a notification that belongs to a call."""


class Resumable(Protocol):
    """An episode, as the link knows it: what must be taken over by each new socket."""

    @property
    def id(self) -> str: ...

    @property
    def resume_token(self) -> str: ...

    def resumed(self, result: Mapping[str, Any]) -> StepwellError | None:
        """Take what `episode/resume` returned. Returns why the episode cannot go on, if so."""

    def lost(self, error: StepwellError) -> None:
        """The episode is gone; every later call on it raises this error."""


@dataclass
class PendingCall:
    """What stands here is sent again on a new socket, with the same id and in the same order, if it may be repeated."""

    id: int
    method: str
    text: str
    """The request as it is sent."""
    step: int | None
    repeatable: bool
    """Whether a second request does no harm. If not, the loss of the socket ends the call."""
    owner: Resumable | None
    """The episode that must be resumed before the request can be sent."""
    answer: asyncio.Future[Any]
    on_note: Callable[[str, Note], None] | None = None
    on_late: Callable[[Any], None] | None = None
    """Takes a result that comes after the caller has stopped waiting."""
    socket: object = None
    """The socket on which it was sent last."""
    sends: int = 0
    timer: asyncio.TimerHandle | None = None

    @property
    def sent(self) -> bool:
        """Whether the server may have it."""
        return self.sends > 0

    def resolve(self, result: Any) -> None:
        if not self.answer.done():
            self.answer.set_result(result)
        elif self.on_late is not None:
            self.on_late(result)

    def reject(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
