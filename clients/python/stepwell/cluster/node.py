"""One of many servers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from ..async_client import AsyncClient
from ..async_episode import AsyncEpisode
from ..errors import ConnectError, StepwellError
from .addresses import Address
from .placement import room_of

T = TypeVar("T")

_LONGEST_PAUSE_S = 5.0


class NodeDown(Exception):
    """The server of a call was lost, fell silent or began to shut down."""


class Node:
    """The client of one server, and what is known of the server's load."""

    def __init__(
        self,
        address: Address,
        client: AsyncClient,
        *,
        poll_s: float,
        silent_s: float,
        check: Callable[[Node], None],
        changed: Callable[[], None],
    ) -> None:
        """`check` is called with each new state, and raises if the server must not be used. `changed`: `up` has changed."""
        self.label = address.label
        self.client = client
        self.state: Mapping[str, Any] = {}
        """What `server/state` said last; empty before its first answer."""
        self.images: dict[str, str] = {}
        self.sent = 0
        self.up = False
        """Whether it takes resets, as far as is known."""
        self.error: StepwellError | None = None
        """Why not."""
        self._poll_s = poll_s
        self._silent_s = silent_s
        self._check = check
        self._changed = changed
        self._attempted = asyncio.Event()
        self._running: set[asyncio.Task[Any]] = set()
        """Calls that go elsewhere when the server is down."""
        client.watch(address.host_address, self._lost)
        self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def name(self) -> str | None:
        """Its name in resume tokens, once it is known."""
        name = self.state.get("node")
        return None if name is None else str(name)

    @property
    def room(self) -> int:
        return room_of(self) if self.state else 0

    @property
    def condition(self) -> str:
        """In words, for messages."""
        return "up" if self.up else str(self.error or "not connected yet")

    async def attempted(self) -> None:
        """Wait until it was asked once."""
        await self._attempted.wait()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns. It is cancelled as soon as the server is down. Raises `NodeDown`."""
        if not self.up:
            work.close()
            raise NodeDown(self.condition)
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if task.cancelled() and not self.up:
                raise NodeDown(self.condition) from None
            task.cancel()
            raise
        finally:
            self._running.discard(task)

    def began(self, episode: AsyncEpisode) -> None:
        """An episode has begun there: remember its image. Engines give the same image other digests."""
        image = episode.info["image"]
        self.images[f"{image['name']} ({episode.info['engine']})"] = image["digest"]

    def suspect(self, error: StepwellError) -> None:
        """The next resets go elsewhere, until it answers again."""
        self.error = error
        if not self.up:
            return
        self.up = False
        for task in list(self._running):
            task.cancel()
        self._changed()

    async def stop(self) -> None:
        """Close its episodes and its socket."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.suspect(ConnectError("the client is closed"))
        await self.client.close()

    def _lost(self) -> None:
        # Another server may be there next.
        self.images.clear()
        self.suspect(ConnectError(f"the connection to {self.label} is lost"))

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self._ask()
                failures = 0
            except StepwellError as error:
                failures += 1
                self.suspect(error)
            self._attempted.set()
            longest = self._poll_s if failures == 0 else min(_LONGEST_PAUSE_S, self._poll_s * 2 ** min(failures - 1, 10))
            # Clients that began together must not ask all at once.
            await asyncio.sleep(longest * random.uniform(0.75, 1.25))

    async def _ask(self) -> None:
        await self.client.open()
        sent = self.sent
        state = await self.client.call("server/state", timeout_s=self._silent_s)
        self.state = state
        # Those sent before the question are in the answer.
        self.sent = max(0, self.sent - sent)
        if state["status"] != "ready":
            raise ConnectError(f"{self.label} is {state['status']}")
        self._check(self)
        self.error = None
        if not self.up:
            self.up = True
            self._changed()
