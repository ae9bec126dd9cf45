"""Calls that wait for their answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import ConnectionLostError, DeadlineError, StepwellError, remote_error
from .held_episodes import Resumable

_MOST_SENDS = 32
"""Sockets on which a request is tried: one that makes the server drop each socket must not be sent for ever."""

Note = Mapping[str, Any]
"""Params of a notification that belongs to a call."""


@dataclass
class PendingCall:
    """A request, which is sent again on a new socket with the same id if it may be repeated, and its answer."""

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
    on_note: Callable[[str, Note], None] | None
    on_late: Callable[[Any], None] | None
    """Takes a result that comes after the caller has stopped waiting."""
    socket: object = None
    """The socket on which it was sent last."""
    sends: int = 0

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


class PendingCalls:
    """All calls of a link that wait, in the order in which they were made."""

    def __init__(self) -> None:
        self._by_id: dict[int, PendingCall] = {}
        self._next_id = 1

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[PendingCall]:
        """The calls that wait now. More may come or go meanwhile."""
        return iter(list(self._by_id.values()))

    def make(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        owner: Resumable | None = None,
        repeatable: bool,
        on_note: Callable[[str, Note], None] | None = None,
        on_late: Callable[[Any], None] | None = None,
    ) -> PendingCall:
        """A new call with an id of its own. It waits once it is added."""
        number, self._next_id = self._next_id, self._next_id + 1
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        text = json.dumps(request, separators=(",", ":"))
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        return PendingCall(number, method, text, params.get("step"), repeatable, owner, answer, on_note, on_late)

    def add(self, call: PendingCall) -> None:
        self._by_id[call.id] = call

    def of(self, owner: Resumable) -> list[PendingCall]:
        """The calls for this episode."""
        return [call for call in self if call.owner is owner]

    def awaited(self) -> bool:
        """Whether a caller still waits for one of them."""
        return any(not call.answer.done() for call in self)

    def settle(self, reply: Mapping[str, Any]) -> None:
        """Give an answer to its call."""
        call = self._by_id.pop(reply.get("id", -1), None)
        if call is None:
            return
        if "error" in reply:
            call.reject(remote_error(reply["error"]))
        else:
            call.resolve(reply.get("result"))

    def note(self, method: str, params: Note) -> None:
        """Give a notification to the call that it belongs to."""
        call = self._by_id.get(params.get("request_id", -1))
        if call is None or call.on_note is None:
            return
        try:
            call.on_note(method, params)
        except Exception as fault:
            # The call that was given this function raises it. The socket and its other calls go on.
            call.on_note = None
            call.reject(fault)

    def expire(self, call: PendingCall, timeout_s: float) -> None:
        """The deadline of a call has passed."""
        message = f"no answer to {call.method} within {timeout_s:g} s"
        call.reject(DeadlineError(message, call.method, call.step, may_have_run=call.sent))
        self.give_up(call)

    def give_up(self, call: PendingCall) -> None:
        """Its caller has stopped waiting. The call is kept if `on_late` takes its answer."""
        if call.on_late is None or not call.sent:
            self._by_id.pop(call.id, None)

    def socket_lost(self) -> None:
        """End the calls that cannot be sent again."""
        for call in self:
            again = call.sends < _MOST_SENDS and (call.repeatable or not call.sent)
            if call.answer.done() or not again:
                del self._by_id[call.id]
                call.reject(ConnectionLostError("the connection dropped", call.method, call.step))

    def end_of(self, owner: Resumable, error: StepwellError) -> None:
        """The episode is gone: its calls raise this error."""
        for call in self.of(owner):
            del self._by_id[call.id]
            call.reject(error)

    def end_all(self, reason: str, cause: StepwellError | None = None) -> None:
        """There will be no socket: calls raise `ConnectionLostError`, or the cause itself if it is not retryable."""
        for call in self:
            lost = ConnectionLostError(reason, call.method, call.step, may_have_run=call.sent)
            lost.__cause__ = cause
            call.reject(lost if cause is None or cause.retryable else cause)
        self._by_id.clear()

    def clear(self) -> None:
        """Drop calls that no caller waits for."""
        self._by_id.clear()
