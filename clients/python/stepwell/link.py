"""JSON-RPC calls that survive the loss of their socket."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from .address import endpoint
from .errors import (
    ClosedError,
    ConnectionLostError,
    DeadlineError,
    EpisodeLostError,
    EpisodeMovedError,
    RemoteError,
    RequestTooLargeError,
    StepwellError,
    remote_error,
)
from .handshake import beat, greeted_socket
from .pending import Note, PendingCall, Resumable

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0
_RESUME_PAUSE_S = 1.0
_MOST_SENDS = 32
"""Sockets on which a request is tried. One that ends its socket each time must not do so for ever."""
_DEFAULT_GRACE_MS = 120_000


class Link:
    """
    One socket at a time. When it drops, a new one is opened, the episodes are resumed there, and each call that waits is
    sent again in its order: a step by its number, so that it is made once.
    """

    def __init__(
        self, url: str, *, token: str | None, connect_timeout_s: float, reconnect_s: float | None, max_frame_bytes: int
    ) -> None:
        self.url = endpoint(url)
        self.handshake: Mapping[str, Any] = {}
        self._token = token
        self._connect_timeout_s = connect_timeout_s
        self._reconnect_s = reconnect_s
        self._max_frame_bytes = max_frame_bytes
        self._socket: ClientConnection | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._pending: dict[int, PendingCall] = {}
        self._owners: dict[str, Resumable] = {}
        self._attached: set[str] = set()
        """Ids of the episodes that the present socket has."""
        self._next_id = 1
        self._closed = False
        self.generation = 0
        """Number of sockets that were lost."""

    async def open(self) -> None:
        """Connect. Raises `ConnectError`, `UnauthorizedError` or `VersionMismatchError`."""
        if self._keeper is None:
            self._start(await self._connect())

    def limit(self, name: str, default: int) -> int:
        """A limit from the answer to `initialize`, or the default if the server sent none."""
        limits: Mapping[str, Any] = self.handshake.get("limits", {})
        value = limits.get(name)
        return default if value is None else int(value)

    def adopt(self, episode: Resumable) -> None:
        """Resume this episode, which the present socket has, on every later socket."""
        self._owners[episode.id] = episode
        self._attached.add(episode.id)

    async def claim(self, episode: Resumable) -> None:
        """Resume an episode that was released, on a socket that does not have it."""
        if episode.id not in self._owners:
            self._owners[episode.id] = episode
            await self._resume(episode)

    def release(self, episode: Resumable) -> None:
        """The episode is over or closed: it need not be resumed."""
        self._owners.pop(episode.id, None)
        self._attached.discard(episode.id)

    def has(self, episodes: Iterable[Resumable]) -> bool:
        """Whether the present socket has all of these, or they are over."""
        ready = self._socket is not None
        return ready and all(each.id in self._attached or each.id not in self._owners for each in episodes)

    async def call(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        timeout_s: float,
        owner: Resumable | None = None,
        repeatable: bool = True,
        on_note: Callable[[str, Note], None] | None = None,
        on_late: Callable[[Any], None] | None = None,
    ) -> Any:
        """Send a request and wait for its answer, over as many sockets as it takes."""
        step = params.get("step")
        if self._closed:
            raise ClosedError("the client is closed")
        loop = asyncio.get_running_loop()
        number, self._next_id = self._next_id, self._next_id + 1
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        text = json.dumps(request, separators=(",", ":"))
        self._check_size(text)
        pending = PendingCall(number, method, text, step, repeatable, owner, loop.create_future(), on_note, on_late)
        self._pending[number] = pending
        pending.timer = loop.call_later(min(timeout_s, 1e9), self._expire, pending, timeout_s)
        try:
            if self._keeper is None:
                self._start(None)
            else:
                await self._send(pending)
            return await pending.answer
        finally:
            pending.timer.cancel()
            pending.answer.cancel()
            if pending.answer.cancelled():
                self._given_up(pending)

    async def close(self) -> None:
        """Close the socket. Calls that wait end with `ConnectionLostError`."""
        self._closed = True
        keeper, self._keeper = self._keeper, None
        if self._socket is not None:
            await self._socket.close()
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        self._reject_all("the client is closed")

    # ── sockets ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _start(self, socket: ClientConnection | None) -> None:
        self._keeper = asyncio.get_running_loop().create_task(self._keep(socket))
        self._keeper.add_done_callback(self._kept)

    def _kept(self, keeper: asyncio.Task[None]) -> None:
        """A fault of this program must not leave callers waiting."""
        if not keeper.cancelled() and (fault := keeper.exception()) is not None:
            self._keeper = None
            self._reject_all(f"{type(fault).__name__}: {fault}")

    async def _connect(self) -> ClientConnection:
        socket, self.handshake = await greeted_socket(self.url, self._token, self._connect_timeout_s, self._max_frame_bytes)
        return socket

    async def _keep(self, socket: ClientConnection | None) -> None:
        """Read from the socket; when it drops and something still needs one, take another."""
        while not self._closed:
            try:
                current = socket or await self._reconnect()
            except StepwellError as error:
                self._keeper = None
                self._reject_all(str(error), error)
                return
            socket, self._socket = None, current
            began = asyncio.get_running_loop().time()
            heart = asyncio.get_running_loop().create_task(beat(current))
            try:
                await self._take_over()
                async for frame in current:
                    self._receive(frame)
            except ConnectionClosed:
                pass
            except ValueError:
                # Not JSON: whatever speaks there is no server.
                current.transport.abort()
            finally:
                heart.cancel()
            self._socket = None
            self.generation += 1
            self._attached.clear()
            self._end_unrepeatable()
            if asyncio.get_running_loop().time() - began < 1:
                await asyncio.sleep(random.uniform(0, 4 * _FIRST_PAUSE_S))
            if not self._owners and not any(not one.answer.done() for one in self._pending.values()):
                self._pending.clear()
                self._keeper = None
                return

    async def _reconnect(self) -> ClientConnection:
        """Raises the last error once `reconnect_s` is over, and at once where trying again is of no use."""
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + self._patience_s(), _FIRST_PAUSE_S
        while True:
            try:
                return await self._connect()
            except StepwellError as error:
                if not error.retryable or loop.time() + pause > end:
                    raise
            # Clients of one server do not come back all at once.
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _patience_s(self) -> float:
        if self._reconnect_s is not None:
            return self._reconnect_s
        return (self.limit("grace_ms", 0) or _DEFAULT_GRACE_MS) / 1000

    async def _take_over(self) -> None:
        for owner in list(self._owners.values()):
            await self._resume(owner)
        for pending in list(self._pending.values()):
            await self._send(pending)

    # ── episodes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _resume(self, owner: Resumable, tries: int = 0) -> None:
        """Ask for the episode. Its calls are sent when the answer has come."""
        if self._socket is None or owner.id in self._attached or owner.id not in self._owners:
            return
        number, self._next_id = self._next_id, self._next_id + 1
        params = {"resume_token": owner.resume_token}
        text = json.dumps({"jsonrpc": "2.0", "id": number, "method": "episode/resume", "params": params})
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(lambda done: self._resumed(owner, done, tries))
        pending = PendingCall(number, "episode/resume", text, None, False, None, answer)
        self._pending[number] = pending
        await self._send(pending)

    def _resumed(self, owner: Resumable, answer: asyncio.Future[Any], tries: int) -> None:
        if answer.cancelled() or owner.id not in self._owners:
            return
        fault = answer.exception()
        if isinstance(fault, ConnectionLostError):
            # The socket dropped again: the next one asks again.
            return
        loop = asyncio.get_running_loop()
        if isinstance(fault, RemoteError) and fault.retryable and tries * _RESUME_PAUSE_S < self._patience_s():
            loop.call_later(_RESUME_PAUSE_S, lambda: self._spawn(self._resume(owner, tries + 1)))
            return
        error: StepwellError | None
        if fault is not None:
            error = EpisodeLostError(f"episode {owner.id} could not be resumed: {fault}")
        else:
            error = owner.resumed(answer.result())
        if error is not None:
            self._lose(owner, error)
            return
        self._attached.add(owner.id)
        self._spawn(self._send_held(owner))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_held(self, owner: Resumable) -> None:
        for pending in list(self._pending.values()):
            if pending.owner is owner:
                await self._send(pending)

    def _lose(self, owner: Resumable, error: StepwellError) -> None:
        self.release(owner)
        owner.lost(error)
        for pending in [one for one in self._pending.values() if one.owner is owner]:
            del self._pending[pending.id]
            pending.reject(error)

    # ── frames ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _send(self, pending: PendingCall) -> None:
        """Send it now, or leave it for when the socket, and its episode there, are ready."""
        socket, owner = self._socket, pending.owner
        if socket is None or pending.socket is socket or pending.answer.done():
            return
        if owner is not None and owner.id in self._owners and owner.id not in self._attached:
            return
        pending.socket = socket
        pending.sends += 1
        try:
            await socket.send(pending.text)
        except ConnectionClosed:
            # The keeper sees it too, and sends again.
            pass

    def _receive(self, frame: str | bytes) -> None:
        message = json.loads(frame)
        for one in message if isinstance(message, list) else [message]:
            if "method" in one:
                self._note(one["method"], one.get("params", {}))
            else:
                self._settle(one)

    def _settle(self, reply: Mapping[str, Any]) -> None:
        pending = self._pending.pop(reply.get("id", -1), None)
        if pending is None:
            return
        if "error" in reply:
            pending.reject(remote_error(reply["error"]))
        else:
            pending.resolve(reply.get("result"))

    def _note(self, method: str, params: Note) -> None:
        if method == "episode/moved":
            owner = self._owners.get(params.get("episode_id", ""))
            if owner is not None:
                self._lose(owner, EpisodeMovedError(f"episode {owner.id} was resumed by another connection"))
            return
        pending = self._pending.get(params.get("request_id", -1))
        if pending is not None and pending.on_note is not None:
            try:
                pending.on_note(method, params)
            except Exception as fault:
                # It is raised by the call that gave this function. The socket and its other calls go on.
                pending.on_note = None
                pending.reject(fault)

    # ── ends ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _check_size(self, text: str) -> None:
        most = self.limit("max_frame_bytes", sys.maxsize)
        # It is ASCII: a character is a byte.
        if len(text) > most:
            raise RequestTooLargeError(f"the request has more than {most} bytes")

    def _expire(self, pending: PendingCall, timeout_s: float) -> None:
        message = f"no answer to {pending.method} within {timeout_s:g} s"
        pending.reject(DeadlineError(message, pending.method, pending.step, may_have_run=pending.sent))
        self._given_up(pending)

    def _given_up(self, pending: PendingCall) -> None:
        if pending.on_late is None or not pending.sent:
            self._pending.pop(pending.id, None)

    def _end_unrepeatable(self) -> None:
        for pending in list(self._pending.values()):
            again = pending.sends < _MOST_SENDS and (pending.repeatable or not pending.sent)
            if pending.answer.done() or not again:
                del self._pending[pending.id]
                pending.reject(ConnectionLostError("the connection dropped", pending.method, pending.step))

    def _reject_all(self, reason: str, cause: StepwellError | None = None) -> None:
        for pending in list(self._pending.values()):
            lost = ConnectionLostError(reason, pending.method, pending.step, may_have_run=pending.sent)
            lost.__cause__ = cause
            pending.reject(lost if cause is None or cause.retryable else cause)
        self._pending.clear()
