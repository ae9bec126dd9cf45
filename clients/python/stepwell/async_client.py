"""A connection to a server, for programs with an event loop."""

from __future__ import annotations

import asyncio
import os
import random
import weakref
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from .address import default_url
from .async_episode import AsyncEpisode
from .errors import EpisodeLostError, EpisodeNotFoundError, StepwellError
from .link import Link
from .many import Opening, Stepping
from .pending import Note
from .results import Action, Building, EnvironmentInfo, Group, Opened, Queued, Stepped, TaskPage

MIB = 1_048_576
MAX_SEED = 2**53 - 1


class AsyncClient:
    """
    A connection to a Stepwell server. It carries any number of episodes at once. When the socket drops, it connects again,
    resumes its episodes and repeats what waits for an answer, each step by its number; callers notice only the time.

    `url`: `ws://host:port`, `http://host:port` or the full address of `/v1`; default: the variable `STEPWELL_URL`, or
    `ws://127.0.0.1:8765`. `token`: the server's; default: the variable `STEPWELL_TOKEN`. `timeout_s`: deadline of a call
    that sets none, in seconds, over all reconnects; grades, forks and undos have at least ten minutes. `connect_timeout_s`:
    most time to connect. `reconnect_s`: how long to try for a new socket when one has dropped; default: the server's grace
    time, for which it keeps episodes without a socket. `max_frame_bytes`: the largest message taken from the server.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None = None,
        timeout_s: float = 120.0,
        connect_timeout_s: float = 10.0,
        reconnect_s: float | None = None,
        max_frame_bytes: int = 64 * MIB,
    ) -> None:
        self.timeout_s = timeout_s
        self._episodes: weakref.WeakSet[AsyncEpisode] = weakref.WeakSet()
        self._late: set[asyncio.Task[None]] = set()
        self._opening: asyncio.Task[None] | None = None
        self._closed = False
        self._link = Link(
            url or default_url(),
            token=token or os.environ.get("STEPWELL_TOKEN") or None,
            connect_timeout_s=connect_timeout_s,
            reconnect_s=reconnect_s,
            max_frame_bytes=max_frame_bytes,
        )

    async def __aenter__(self) -> AsyncClient:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def url(self) -> str:
        return self._link.url

    @property
    def handshake(self) -> Mapping[str, Any]:
        """Result of `initialize`: protocol version, the server's name and version, limits. Empty before the first call."""
        return self._link.handshake

    def watch(self, host_address: str | None, on_lost: Callable[[], None]) -> None:
        """For a client of many servers: connect to this IP address, and tell when a socket is lost."""
        self._link.host_address, self._link.on_lost = host_address, on_lost

    async def open(self) -> None:
        """
        Connect. The first call does it by itself.

        Raises `ConnectError`, `UnauthorizedError` or `VersionMismatchError`.
        """
        if self._closed or self._link.handshake:
            return
        if self._opening is None:
            self._opening = asyncio.get_running_loop().create_task(self._link.open())
        try:
            await asyncio.shield(self._opening)
        finally:
            if self._opening is not None and self._opening.done():
                self._opening = None

    async def close(self) -> None:
        """Close the open episodes, then the socket. Never raises."""
        self._closed = True
        if self._link.handshake:
            episodes = [each.close(timeout_s=5) for each in self._episodes if not each.over]
            await asyncio.gather(*episodes, return_exceptions=True)
        self._episodes.clear()
        await self._link.close()

    async def call(self, method: str, params: Mapping[str, Any] | None = None, *, timeout_s: float | None = None) -> Any:
        """Any method of the protocol. It must do no harm when it is requested a second time."""
        await self.open()
        return await self._link.call(method, params or {}, timeout_s=timeout_s or self.timeout_s)

    async def environments(self) -> list[EnvironmentInfo]:
        """The environments that the server offers, with their datasets."""
        answer = await self.call("environments/list")
        return [EnvironmentInfo.of_wire(one) for one in answer["environments"]]

    async def tasks(self, environment: str, *, dataset: str | None = None, offset: int = 0, limit: int = 100) -> TaskPage:
        """A page of a dataset's tasks. `limit` is 1 to 10,000."""
        params: dict[str, Any] = {"environment": environment, "offset": offset, "limit": limit}
        if dataset is not None:
            params["dataset"] = dataset
        return TaskPage.of_wire(await self.call("tasks/list", params))

    async def reload(self) -> list[dict[str, Any]]:
        """Have the server load its datasets again. Raises `DatasetInvalidError`; the datasets are as before then."""
        datasets: list[dict[str, Any]] = (await self.call("tasks/reload"))["datasets"]
        return datasets

    async def reset(
        self,
        environment: str,
        *,
        timeout_s: float | None = None,
        on_queued: Callable[[Queued], None] | None = None,
        on_building: Callable[[Building], None] | None = None,
        **options: Any,
    ) -> AsyncEpisode:
        """
        Begin an episode, e.g. `reset("bash-v1", task=0, dataset="nl2bash-fs1", seed=7, reward="every_step")`.

        The options are those of the protocol's README. `queue_timeout_ms` says how long it may wait for a sandbox; while it
        waits, `on_queued` is called with its place, and `on_building` while the task's image is built first. If the call is
        cancelled, an episode that begins later is closed.
        """
        await self.open()

        def note(method: str, params: Note) -> None:
            if method == "episode/queued" and on_queued is not None:
                on_queued(_queued(params))
            if method == "episode/building" and on_building is not None:
                on_building(Building(params["environment"], params["image"], params["ahead"], params["line"]))

        params = {"environment": environment, **options}
        deadline = timeout_s or self.reset_timeout_s(options)
        wire = await self._link.call(
            "episode/reset",
            params,
            timeout_s=deadline,
            # The first one may have opened the episode of that name.
            repeatable="episode_id" not in options,
            on_note=note,
            on_late=self._close_late,
        )
        return self._episode(environment, wire)

    async def resume(self, resume_token: str, *, timeout_s: float | None = None) -> AsyncEpisode:
        """
        Take over an episode that another client began, e.g. this program before it was restarted. It goes on after its last
        step, whose result is in `last`; `info` is empty. The client that had it gets `EpisodeMovedError`.

        The server keeps episodes for its grace time after their socket dropped; a client that is closed closes them. Raises
        `EpisodeLostError` if the server does not have the episode any more.
        """
        try:
            wire = await self.call("episode/resume", {"resume_token": resume_token}, timeout_s=timeout_s)
        except EpisodeNotFoundError as error:
            raise EpisodeLostError(f"the episode could not be resumed: {error}") from error
        begun = {"output": wire["task"]["instruction"]}
        reset = {**wire, "resume_token": resume_token, "observation": begun, "info": {}}
        episode = self._episode(wire["environment"], reset)
        episode.taken_over(wire)
        return episode

    async def reset_many(
        self,
        environment: str,
        *,
        count: int = 1,
        tasks: Sequence[int | str] | None = None,
        timeout_s: float | None = None,
        **options: Any,
    ) -> AsyncGenerator[Opened[AsyncEpisode], None]:
        """
        Begin many episodes, each given as soon as it is ready: `async for opened in client.reset_many("bash-v1", count=64)`.

        With `tasks`, each task `count` times, task by task. All have the same seed: the option `seed`, or one that is drawn.
        Without `tasks` they are thus `count` attempts at one task. A reset that fails is given as an error, not raised.
        """
        await self.open()
        options.setdefault("seed", random.randint(0, MAX_SEED))
        wanted: list[dict[str, Any]] = [{}] if tasks is None else [{"task": task} for task in tasks]
        resets = [{**options, **one} for one in wanted for _ in range(count)]
        async with aclosing(self._opened(environment, resets, timeout_s)) as each_opened:
            async for each in each_opened:
                yield each

    async def group(self, environment: str, size: int, **options: Any) -> Group[AsyncEpisode]:
        """`size` episodes of one task and seed, which GRPO compares. Takes the options of a reset."""
        groups = self.groups(environment, size=size, seeds=[options.pop("seed", random.randint(0, MAX_SEED))], **options)
        async with aclosing(groups) as each_group:
            async for one in each_group:
                return one
        raise AssertionError("there is always one group")

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
        Groups of `size` episodes, each group as soon as all of it is ready: one for each of `tasks`, or for each of `seeds`,
        which choose tasks. The index of a group is its place in that list. `together` matters with many servers: all of a
        group are then on one of them.
        """
        await self.open()
        if (seeds is None) == (tasks is None):
            raise ValueError("groups need either seeds or tasks")
        if seeds is not None:
            wanted: list[dict[str, Any]] = [{"seed": seed} for seed in seeds]
        else:
            options.setdefault("seed", random.randint(0, MAX_SEED))
            wanted = [{"task": task} for task in tasks or []]
        resets = [{**options, **one} for one in wanted for _ in range(size)]
        ready: dict[int, list[Opened[AsyncEpisode]]] = {}
        async with aclosing(self._opened(environment, resets, timeout_s)) as each_opened:
            async for one in each_opened:
                index = one.index // size
                members = ready.setdefault(index, [])
                members.append(one)
                if len(members) < size:
                    continue
                del ready[index]
                members.sort(key=lambda member: member.index)
                episodes = [member.episode for member in members if member.episode is not None]
                yield Group(index, episodes, [member.error for member in members if member.error is not None])

    async def step_many(
        self, steps: Iterable[tuple[AsyncEpisode, Action]], *, timeout_s: float | None = None
    ) -> AsyncGenerator[Stepped[AsyncEpisode], None]:
        """
        Make many steps at once; each result is given as it comes, rather than when the slowest is there. A step that fails
        is given as an error, not raised. `timeout_s` is the deadline of the whole; default: the longest of the single steps.
        """
        await self.open()
        pairs = list(steps)
        longest = max((episode.deadline_s(action) for episode, action in pairs), default=self.timeout_s)
        stepping = Stepping(self._link, pairs, timeout_s or longest)
        async with aclosing(stepping.stepped()) as each_stepped:
            async for each in each_stepped:
                yield each

    def reset_timeout_s(self, options: Mapping[str, Any], count: int = 1) -> float:
        """Deadline of so many resets: the client's, the time that they may wait for sandboxes, and a second each."""
        wait_ms = options.get("queue_timeout_ms")
        wait_s = (self._limit("queue_timeout_ms", 0) if wait_ms is None else wait_ms) / 1000
        return self.timeout_s + float(wait_s) + count

    def _limit(self, name: str, default: int) -> int:
        return self._link.limit(name, default)

    def _opened(
        self, environment: str, resets: Sequence[Mapping[str, Any]], timeout_s: float | None
    ) -> AsyncGenerator[Opened[AsyncEpisode], None]:
        # They differ in their task or seed: all wait for sandboxes equally long.
        deadline = timeout_s or self.reset_timeout_s(resets[0] if resets else {}, len(resets))
        return Opening(self._link, environment, deadline, self._episode, self._close_late).opened(resets)

    def _episode(self, environment: str, wire: Mapping[str, Any]) -> AsyncEpisode:
        episode = AsyncEpisode(self._link, self.timeout_s, environment, wire)
        self._episodes.add(episode)
        return episode

    def _close_late(self, wire: Mapping[str, Any]) -> None:
        """Nobody waits for this episode any more."""
        if self._closed:
            return
        task = asyncio.get_running_loop().create_task(self._close_quietly(wire["episode_id"]))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _close_quietly(self, episode_id: str) -> None:
        try:
            await self._link.call("episode/close", {"episode_id": episode_id}, timeout_s=self.timeout_s)
        except StepwellError:
            pass


def _queued(params: Note) -> Queued:
    return Queued(params["environment"], params["position"], params["expected_wait_ms"])
