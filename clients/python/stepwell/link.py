"""The connection to a server, which takes a new socket when one is lost."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from .address import endpoint
from .errors import (
    ClosedError,
    ConnectionLostError,
    EpisodeLostError,
    EpisodeMovedError,
    RemoteError,
    RequestTooLargeError,
    StepwellError,
)
from .handshake import beat, greeted_socket
from .held_episodes import HeldEpisodes, Resumable
from .pending import Note, PendingCall, PendingCalls

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0
_RESUME_PAUSE_S = 1.0
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
        self._sending: set[asyncio.Task[None]] = set()
        self._calls = PendingCalls()
        self._episodes = HeldEpisodes()
        self._closed = False
        self.host_address: str | None = None
        """IP address to connect to, whatever the name in the URL resolves to."""
        self.on_lost: Callable[[], None] = lambda: None
        """Called when a socket is lost."""
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
        self._episodes.hold(episode)
        self._episodes.put_on_socket(episode)

    def claim(self, episode: Resumable) -> None:
        """Resume an episode that was released, on a socket that does not have it."""
        if episode not in self._episodes:
            self._episodes.hold(episode)
            self._resume(episode)

    def release(self, episode: Resumable) -> None:
        """The episode is over or closed: it need not be resumed."""
        self._episodes.drop(episode)

    def has(self, episodes: Iterable[Resumable]) -> bool:
        """Whether the present socket has all of these, or they are over."""
        return self._socket is not None and not any(map(self._episodes.must_resume, episodes))

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
        if self._closed:
            raise ClosedError("the client is closed")
        call = self._calls.make(method, params, owner=owner, repeatable=repeatable, on_note=on_note, on_late=on_late)
        self._check_size(call.text)
        self._calls.add(call)
        timer = asyncio.get_running_loop().call_later(min(timeout_s, 1e9), self._calls.expire, call, timeout_s)
        try:
            if self._keeper is None:
                self._start(None)
            else:
                self._send(call)
            return await call.answer
        finally:
            timer.cancel()
            call.answer.cancel()
            if call.answer.cancelled():
                self._calls.give_up(call)

    async def close(self) -> None:
        """Close the socket. Calls that wait end with `ConnectionLostError`."""
        self._closed = True
        keeper, self._keeper = self._keeper, None
        if self._socket is not None:
            await self._socket.close()
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        self._calls.end_all("the client is closed")

    # ── sockets ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _start(self, socket: ClientConnection | None) -> None:
        self._keeper = asyncio.get_running_loop().create_task(self._keep(socket))
        self._keeper.add_done_callback(self._kept)

    def _kept(self, keeper: asyncio.Task[None]) -> None:
        """A fault of this program must not leave callers waiting."""
        if not keeper.cancelled() and (fault := keeper.exception()) is not None:
            self._keeper = None
            self._calls.end_all(f"{type(fault).__name__}: {fault}")

    async def _connect(self) -> ClientConnection:
        socket, self.handshake = await greeted_socket(
            self.url, self._token, self._connect_timeout_s, self._max_frame_bytes, self.host_address
        )
        return socket

    async def _keep(self, socket: ClientConnection | None) -> None:
        """Read from the socket; when it drops and something still needs one, take another."""
        while not self._closed:
            try:
                current = socket or await self._reconnect()
            except StepwellError as error:
                self._keeper = None
                self._calls.end_all(str(error), error)
                return
            socket, self._socket = None, current
            began = asyncio.get_running_loop().time()
            heart = asyncio.get_running_loop().create_task(beat(current))
            try:
                self._take_over()
                async for frame in current:
                    self._receive(frame)
            except ConnectionClosed:
                pass
            except ValueError:
                # It sent something other than JSON: it is another kind of server.
                current.transport.abort()
            finally:
                heart.cancel()
            self._socket = None
            self.generation += 1
            if not self._closed:
                self.on_lost()
            self._episodes.socket_lost()
            self._calls.socket_lost()
            if asyncio.get_running_loop().time() - began < 1:
                await asyncio.sleep(random.uniform(0, 4 * _FIRST_PAUSE_S))
            if not self._episodes and not self._calls.awaited():
                self._calls.clear()
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

    def _take_over(self) -> None:
        for episode in self._episodes:
            self._resume(episode)
        for call in self._calls:
            self._send(call)

    # ── episodes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _resume(self, episode: Resumable, tries: int = 0) -> None:
        """Ask for the episode. Its calls are sent when the answer has come."""
        if self._socket is None or not self._episodes.must_resume(episode):
            return
        call = self._calls.make("episode/resume", {"resume_token": episode.resume_token}, repeatable=False)
        call.answer.add_done_callback(lambda answer: self._resumed(episode, answer, tries))
        self._calls.add(call)
        self._send(call)

    def _resumed(self, episode: Resumable, answer: asyncio.Future[Any], tries: int) -> None:
        if answer.cancelled() or episode not in self._episodes:
            return
        fault = answer.exception()
        if isinstance(fault, ConnectionLostError):
            # The socket dropped again: the next one asks again.
            return
        loop = asyncio.get_running_loop()
        if isinstance(fault, RemoteError) and fault.retryable and tries * _RESUME_PAUSE_S < self._patience_s():
            loop.call_later(_RESUME_PAUSE_S, self._resume, episode, tries + 1)
            return
        error: StepwellError | None
        if fault is not None:
            error = EpisodeLostError(f"episode {episode.id} could not be resumed: {fault}")
        else:
            error = episode.resumed(answer.result())
        if error is not None:
            self._lose(episode, error)
            return
        self._episodes.put_on_socket(episode)
        for call in self._calls.of(episode):
            self._send(call)

    def _lose(self, episode: Resumable, error: StepwellError) -> None:
        self.release(episode)
        episode.lost(error)
        self._calls.end_of(episode, error)

    # ── frames ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _send(self, call: PendingCall) -> None:
        """
        Send it now, or leave it for when the socket, and its episode there, are ready. Nothing waits until the server reads:
        neither the deadline of the call, nor the answers to others.
        """
        socket = self._socket
        if socket is None or call.socket is socket or call.answer.done():
            return
        if call.owner is not None and self._episodes.must_resume(call.owner):
            return
        call.socket = socket
        call.sends += 1
        sending = asyncio.get_running_loop().create_task(_send_text(socket, call.text))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    def _receive(self, frame: str | bytes) -> None:
        message = json.loads(frame)
        for one in message if isinstance(message, list) else [message]:
            if "method" in one:
                self._note(one["method"], one.get("params", {}))
            else:
                self._calls.settle(one)

    def _note(self, method: str, params: Note) -> None:
        if method != "episode/moved":
            self._calls.note(method, params)
            return
        episode = self._episodes.get(params.get("episode_id", ""))
        if episode is not None:
            self._lose(episode, EpisodeMovedError(f"episode {episode.id} was resumed by another connection"))

    def _check_size(self, text: str) -> None:
        most = self.limit("max_frame_bytes", sys.maxsize)
        # It is ASCII: a character is a byte.
        if len(text) > most:
            raise RequestTooLargeError(f"the request has more than {most} bytes")


async def _send_text(socket: ClientConnection, text: str) -> None:
    try:
        await socket.send(text)
    except ConnectionClosed:
        # The keeper sees it too, and sends again.
        pass
