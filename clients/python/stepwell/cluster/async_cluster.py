"""A client of many servers, for programs with an event loop."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from ..async_client import MAX_SEED, MIB, AsyncClient
from ..async_episode import AsyncEpisode
from ..errors import ClosedError, EpisodeLostError, EpisodeNotFoundError, StepwellError
from ..link import Link
from ..results import Action, Group, Opened, Queued, Stepped
from .addresses import Address, Resolve, addresses_in, system_resolve
from .differences import images_differ
from .harvest import harvest
from .members import Members
from .node import Node
from .placed import placed

_Members = Sequence[Opened[AsyncEpisode]]


class AsyncCluster(AsyncClient):
    """
    One client of many servers. Resets go where there is room, and elsewhere when a server is full, shuts down, falls silent
    or is lost. An episode stays on its server, so a step is made exactly once, as with `AsyncClient`.

    `url`: a list of addresses, or a text with commas; `dns+ws://name:port` is a server at each address of the name, looked
    up every 5 s. Servers with other datasets, or another image of the same name, raise `ServersDifferError`, unless
    `accept_differences` is set: then a reset goes where its dataset is. `poll_s`: time between two looks at the load of a
    server; `silent_s`: time without an answer after which it gets no resets. The others are those of `AsyncClient`.
    """

    def __init__(
        self,
        url: str | Sequence[str] | None = None,
        *,
        token: str | None = None,
        timeout_s: float = 120.0,
        connect_timeout_s: float = 10.0,
        reconnect_s: float | None = None,
        max_frame_bytes: int = 64 * MIB,
        accept_differences: bool = False,
        poll_s: float = 1.0,
        silent_s: float = 5.0,
        resolve: Resolve = system_resolve,
    ) -> None:
        self.timeout_s = timeout_s
        self._urls = addresses_in(url)
        self._accept_differences = accept_differences
        self._closed = False
        self._started: asyncio.Task[Members] | None = None
        self._homes: dict[Link, AsyncClient] = {}

        def make(address: Address) -> AsyncClient:
            return AsyncClient(
                address.url,
                token=token,
                timeout_s=timeout_s,
                connect_timeout_s=connect_timeout_s,
                reconnect_s=reconnect_s,
                max_frame_bytes=max_frame_bytes,
            )

        def members() -> Members:
            times = {"poll_s": poll_s, "silent_s": silent_s}
            return Members(self._urls, make, accept_differences=accept_differences, resolve=resolve, **times)

        self._make_members = members

    @property
    def url(self) -> str:
        """All addresses, with commas."""
        return ",".join(self._urls)

    @property
    def handshake(self) -> Mapping[str, Any]:
        """Result of `initialize` of one of the servers. Empty before the first call."""
        return next((node.client.handshake for node in self.servers if node.client.handshake), {})

    @property
    def servers(self) -> list[Node]:
        """All servers: `label`, `name`, whether they are `up`, the `error` if not, and the `state` that they told last."""
        started = self._started
        return started.result().all if started is not None and started.done() and not _failed(started) else []

    async def open(self) -> None:
        """
        Connect to all servers; those that cannot be reached now are tried again later.

        Raises `NoServerError` if none can be reached, `ServersDifferError`, and what `AsyncClient.open` raises.
        """
        await self._members()

    async def close(self) -> None:
        """Close the open episodes, then all sockets. Never raises."""
        self._closed = True
        started, self._started = self._started, None
        if started is None:
            return
        started.cancel()
        [members] = await asyncio.gather(started, return_exceptions=True)
        if isinstance(members, Members):
            await members.stop()

    async def call(self, method: str, params: Mapping[str, Any] | None = None, *, timeout_s: float | None = None) -> Any:
        """Any method of the protocol that belongs to no episode, of any server that is up."""
        members = await self._members()
        wanted = params or {}
        up = [node for node in members.up if self._fits(node, wanted)] or members.up
        if not up:
            raise members.none()
        return await up[0].client.call(method, params, timeout_s=timeout_s)

    async def reset(
        self,
        environment: str,
        *,
        timeout_s: float | None = None,
        on_queued: Callable[[Queued], None] | None = None,
        **options: Any,
    ) -> AsyncEpisode:
        """
        Begin an episode on a server that has room. `queue_timeout_ms` counts over all servers.

        Raises `NoServerError`, `ServersDifferError`, and what `AsyncClient.reset` raises.
        """

        async def begin(node: Node, wait_ms: int) -> AsyncEpisode:
            wanted = {**options, "queue_timeout_ms": wait_ms}
            episode = await node.client.reset(environment, timeout_s=timeout_s, on_queued=on_queued, **wanted)
            return await self._begun(node, episode)

        members = await self._members()
        fits = self._fitting({"environment": environment, **options})
        return await placed(members, 1, self._wait_s(options), fits, begin)

    async def resume(self, resume_token: str, *, timeout_s: float | None = None) -> AsyncEpisode:
        """
        Take over an episode that another client began, on the server that its token names. See `AsyncClient.resume`.

        Raises `EpisodeLostError` if no server has it, and `NoServerError` if the server that may have it cannot be reached.
        """
        members = await self._members()
        # `node~2.…` is worker 2 of the server `node`.
        name = resume_token.rpartition(".")[0].partition("~")[0]
        last: StepwellError | None = None
        for node in sorted(members.up, key=lambda one: one.name != name):
            try:
                episode = await node.client.resume(resume_token, timeout_s=timeout_s)
            except (EpisodeLostError, EpisodeNotFoundError) as error:
                last = error
                continue
            self._homes[episode.link] = node.client
            return episode
        known = any(node.name == name for node in members.all)
        away = [node for node in members.all if not node.up and (node.name == name or (node.name is None and not known))]
        if last is None or away:
            raise members.none() from last
        raise last

    async def groups(
        self,
        environment: str,
        *,
        size: int,
        seeds: Sequence[int] | None = None,
        tasks: Sequence[int | str] | None = None,
        together: bool = False,
        timeout_s: float | None = None,
        **options: Any,
    ) -> AsyncGenerator[Group[AsyncEpisode], None]:
        """
        Groups of `size` episodes, each group as soon as all of it is ready. With `together`, all of a group are on one
        server: the whole group is tried elsewhere if a member cannot begin. See `AsyncClient.groups`.
        """
        if not together:
            plain = super().groups(environment, size=size, seeds=seeds, tasks=tasks, timeout_s=timeout_s, **options)
            async with aclosing(plain) as each_group:
                async for group in each_group:
                    yield group
            return
        if (seeds is None) == (tasks is None):
            raise ValueError("groups need either seeds or tasks")
        options.setdefault("seed", random.randint(0, MAX_SEED))
        wanted: list[dict[str, Any]] = (
            [{"task": task} for task in tasks or []] if seeds is None else [{"seed": seed} for seed in seeds]
        )

        async def one(index: int, which: Mapping[str, Any]) -> Group[AsyncEpisode]:
            members = await self._group(environment, size, {**options, **which}, timeout_s)
            episodes = [member.episode for member in members if member.episode is not None]
            return Group(index, episodes, [member.error for member in members if member.error is not None])

        works = [one(index, which) for index, which in enumerate(wanted)]
        async with aclosing(harvest(works, lambda group: _close_all(group.episodes))) as each_group:
            async for group in each_group:
                yield group

    async def step_many(
        self, steps: Iterable[tuple[AsyncEpisode, Action]], *, timeout_s: float | None = None
    ) -> AsyncGenerator[Stepped[AsyncEpisode], None]:
        """Make many steps of episodes of any servers at once. See `AsyncClient.step_many`."""
        parts: dict[Link, list[tuple[int, tuple[AsyncEpisode, Action]]]] = {}
        for index, pair in enumerate(steps):
            parts.setdefault(pair[0].link, []).append((index, pair))
        found: asyncio.Queue[Stepped[AsyncEpisode] | Exception] = asyncio.Queue()

        async def make(client: AsyncClient, part: list[tuple[int, tuple[AsyncEpisode, Action]]]) -> None:
            try:
                async with aclosing(client.step_many([pair for _, pair in part], timeout_s=timeout_s)) as made:
                    async for one in made:
                        found.put_nowait(Stepped(part[one.index][0], one.episode, one.result, one.error))
            except Exception as fault:  # The reader must not wait for ever.
                found.put_nowait(fault)

        making = [asyncio.ensure_future(make(self._homes[link], part)) for link, part in parts.items()]
        try:
            for _ in range(sum(map(len, parts.values()))):
                one = await found.get()
                if isinstance(one, Exception):
                    raise one
                yield one
        finally:
            for task in making:
                task.cancel()

    def _limit(self, name: str, default: int) -> int:
        value = self.handshake.get("limits", {}).get(name)
        return default if value is None else int(value)

    def _opened(
        self, environment: str, resets: Sequence[Mapping[str, Any]], timeout_s: float | None
    ) -> AsyncGenerator[Opened[AsyncEpisode], None]:
        async def one(index: int, options: Mapping[str, Any]) -> Opened[AsyncEpisode]:
            try:
                return Opened(index, await self.reset(environment, timeout_s=timeout_s, **options), None)
            except StepwellError as error:
                return Opened(index, None, error)

        works = [one(index, options) for index, options in enumerate(resets)]
        return harvest(works, lambda opened: _close_all([opened.episode]))

    async def _group(self, environment: str, size: int, options: Mapping[str, Any], timeout_s: float | None) -> _Members:
        """All members on one server, or none: each then has the error."""

        async def begin(node: Node, wait_ms: int) -> _Members:
            wanted = {**options, "queue_timeout_ms": wait_ms}
            opened: list[Opened[AsyncEpisode]] = []
            try:
                async with aclosing(
                    node.client.reset_many(environment, count=size, timeout_s=timeout_s, **wanted)
                ) as each_opened:
                    async for one in each_opened:
                        opened.append(one)
                        if one.error is not None and one.error.retryable:
                            raise one.error
                        if one.episode is not None:
                            await self._begun(node, one.episode)
            except BaseException:
                await _close_all(one.episode for one in opened)
                raise
            return sorted(opened, key=lambda one: one.index)

        members = await self._members()
        fits = self._fitting({"environment": environment, **options})
        try:
            return await placed(members, size, self._wait_s(options), fits, begin)
        except StepwellError as error:
            return [Opened(index, None, error) for index in range(size)]

    async def _members(self) -> Members:
        if self._closed:
            raise ClosedError("the client is closed")
        if self._started is None:
            self._started = asyncio.get_running_loop().create_task(_start(self._make_members()))
        started = self._started
        try:
            return await asyncio.shield(started)
        except StepwellError:
            if self._started is started:
                self._started = None
            raise

    def _wait_s(self, options: Mapping[str, Any]) -> float:
        given = options.get("queue_timeout_ms")
        # Each server may have another default; the first that answers is as good as any.
        return float(self._limit("queue_timeout_ms", 0) if given is None else given) / 1000

    def _fits(self, node: Node, wanted: Mapping[str, Any]) -> bool:
        if not self._accept_differences or wanted.get("dataset") is None:
            return True
        key = (wanted.get("environment"), wanted["dataset"])
        return any((one["environment"], one["name"]) == key for one in node.state.get("datasets", []))

    def _fitting(self, wanted: Mapping[str, Any]) -> Callable[[Node], bool]:
        # If no server has the dataset, one of them says so.
        if not any(self._fits(node, wanted) for node in self.servers if node.up):
            return lambda _: True
        return lambda node: self._fits(node, wanted)

    async def _begun(self, node: Node, episode: AsyncEpisode) -> AsyncEpisode:
        """Raises `ServersDifferError` if its image is another one than that of this name elsewhere; it is closed then."""
        self._homes[episode.link] = node.client
        node.began(episode)
        for other in [] if self._accept_differences else self.servers:
            difference = images_differ(other, node) if other.up and other is not node else None
            if difference is not None:
                await _close_all([episode])
                raise difference
        return episode


async def _start(members: Members) -> Members:
    try:
        await members.start()
    except BaseException:
        await members.stop()
        raise
    return members


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.cancelled() or task.exception() is not None


async def _close_all(episodes: Iterable[AsyncEpisode | None]) -> None:
    await asyncio.gather(*(each.close() for each in episodes if each is not None), return_exceptions=True)
