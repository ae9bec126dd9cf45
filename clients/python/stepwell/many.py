"""Resets and steps by the hundred: one request, and a result as soon as each is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .async_episode import AsyncEpisode
from .errors import ConnectionLostError, MethodNotFoundError, RemoteError, StepwellError, remote_error
from .link import Link
from .pending import Note
from .results import Action, Opened, Stepped

_MOST = 1024
"""Resets or steps of one request."""

Wire = Mapping[str, Any]
_Outcome = tuple[int, Any, StepwellError | None]
_END = -1


class _Inbox:
    """Outcomes by their index, each once, in the order in which they come."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[_Outcome] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self.seen: set[int] = set()

    def put(self, index: int, value: Any, error: StepwellError | None) -> None:
        if index not in self.seen:
            self.seen.add(index)
            self._queue.put_nowait((index, value, error))

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ran)

    def _ran(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            # A fault of this program: the reader must not wait for ever.
            self._queue.put_nowait((_END, fault, None))

    async def outcomes(self, count: int) -> AsyncGenerator[_Outcome, None]:
        try:
            for _ in range(count):
                index, value, error = await self._queue.get()
                if index == _END:
                    raise value
                yield index, value, error
        finally:
            for task in self._tasks:
                task.cancel()

    def left(self) -> list[_Outcome]:
        """Outcomes that the reader has not taken."""
        return [self._queue.get_nowait() for _ in range(self._queue.qsize())]


# ── resets ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _batches(resets: Sequence[Wire]) -> list[tuple[int, list[Wire]]]:
    """Neighbours that differ in their task alone can be one request."""
    batches: list[tuple[int, list[Wire]]] = []
    for index, options in enumerate(resets):
        last = batches[-1][1] if batches else []
        if last and len(last) < _MOST and _without_task(last[0]) == _without_task(options):
            last.append(options)
        else:
            batches.append((index, [options]))
    return batches


def _without_task(options: Wire) -> tuple[bool, dict[str, Any]]:
    return "task" in options, {key: value for key, value in options.items() if key != "task"}


@dataclass
class Opening:
    """Many resets of one environment."""

    link: Link
    environment: str
    timeout_s: float
    make: Callable[[str, Wire], AsyncEpisode]
    close_late: Callable[[Wire], None]
    """Closes an episode that came too late."""
    _inbox: _Inbox = field(init=False, default_factory=_Inbox)
    _abandoned: bool = field(init=False, default=False)
    _known: set[str] = field(init=False, default_factory=set)
    """Ids of the episodes that came: each comes as a notification, and again in the answer."""

    async def opened(self, resets: Sequence[Wire]) -> AsyncGenerator[Opened[AsyncEpisode], None]:
        """An episode or an error for the options of each reset, in the order in which they come."""
        for begin, batch in _batches(resets):
            self._inbox.run(self._open_batch(begin, batch))
        try:
            async for index, episode, error in self._inbox.outcomes(len(resets)):
                yield Opened(index, episode, error)
        finally:
            self._abandon()

    async def _open_batch(self, begin: int, batch: Sequence[Wire]) -> None:
        has_task, common = _without_task(batch[0])
        which = {"tasks": [options["task"] for options in batch]} if has_task else {"count": len(batch)}
        params = {"environment": self.environment, **common, **which, "stream": True}
        try:
            answer = await self.link.call(
                "episode/reset_many",
                params,
                timeout_s=self.timeout_s,
                repeatable=False,
                on_note=lambda method, note: self._noted(begin, method, note),
                on_late=lambda late: self._answered(begin, late["episodes"]),
            )
        except (ConnectionLostError, MethodNotFoundError):
            # Those that came are resumed; the others are asked for one by one.
            missing = [at for at in range(begin, begin + len(batch)) if at not in self._inbox.seen]
            for at in missing:
                self._inbox.run(self._open_one(at, batch[at - begin]))
        except StepwellError as error:
            for at in range(begin, begin + len(batch)):
                self._inbox.put(at, None, error)
        else:
            self._answered(begin, answer["episodes"])

    async def _open_one(self, index: int, options: Wire) -> None:
        params = {"environment": self.environment, **options}
        try:
            wire = await self.link.call(
                "episode/reset", params, timeout_s=self.timeout_s, on_late=lambda late: self._arrived(index, late)
            )
        except StepwellError as error:
            self._inbox.put(index, None, error)
        else:
            self._arrived(index, wire)

    def _abandon(self) -> None:
        """The reader has left: what it did not take is closed, and what is still to come."""
        self._abandoned = True
        for _, episode, _ in self._inbox.left():
            if episode is not None:
                self.close_late({"episode_id": episode.id})

    def _noted(self, begin: int, method: str, note: Note) -> None:
        if method == "episode/opened":
            self._take(begin + note["index"], note["episode"] if note.get("error") is None else note)

    def _answered(self, begin: int, episodes: Sequence[Wire]) -> None:
        for offset, one in enumerate(episodes):
            self._take(begin + offset, one)

    def _take(self, index: int, one: Wire) -> None:
        if one.get("error") is None:
            self._arrived(index, one)
        else:
            self._inbox.put(index, None, remote_error(one["error"]))

    def _arrived(self, index: int, wire: Wire) -> None:
        if wire["episode_id"] in self._known:
            return
        self._known.add(wire["episode_id"])
        if self._abandoned or index in self._inbox.seen:
            # Nobody waits for it any more.
            self.close_late(wire)
        else:
            self._inbox.put(index, self.make(self.environment, wire), None)


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Stepping:
    """Steps of many episodes at once."""

    link: Link
    steps: Sequence[tuple[AsyncEpisode, Action]]
    timeout_s: float
    _inbox: _Inbox = field(init=False, default_factory=_Inbox)
    _params: dict[int, dict[str, Any]] = field(init=False, default_factory=dict)

    async def stepped(self) -> AsyncGenerator[Stepped[AsyncEpisode], None]:
        """A result or an error for each step, in the order in which they come."""
        self._begin()
        async for index, result, error in self._inbox.outcomes(len(self.steps)):
            yield Stepped(index, self.steps[index][0], result, error)

    def _begin(self) -> None:
        for index, (episode, action) in enumerate(self.steps):
            try:
                episode.check()
            except StepwellError as error:
                self._inbox.put(index, None, error)
                continue
            self._params[index] = {"episode_id": episode.id, "step": episode.take_number(), "action": action}
        for batch in self._batches():
            if self.link.has([self.steps[index][0] for index in batch]):
                self._inbox.run(self._step_batch(batch))
            else:
                self._one_by_one(batch)

    def _batches(self) -> list[list[int]]:
        """So many steps as fit into one message."""
        most = self.link.limit("max_frame_bytes", 2**24) // 2
        batches: list[list[int]] = [[]]
        size = 0
        for index, (_, action) in enumerate(self.steps):
            if index not in self._params:
                continue
            # Escaped, a character has at most 12 bytes.
            size += 256 + 12 * len(str(action))
            if batches[-1] and (size > most or len(batches[-1]) == _MOST):
                batches.append([])
                size = 0
            batches[-1].append(index)
        return [batch for batch in batches if batch]

    async def _step_batch(self, batch: Sequence[int]) -> None:
        try:
            await self.link.call(
                "episode/step_many",
                {"steps": [self._params[index] for index in batch]},
                timeout_s=self.timeout_s,
                repeatable=False,
                on_note=lambda method, note: self._noted(batch, method, note),
            )
        except (ConnectionLostError, RemoteError):
            # A step that was made is not made again: its number returns its result.
            pass
        except StepwellError as error:
            for index in batch:
                self._failed(index, error)
        self._one_by_one([index for index in batch if index not in self._inbox.seen])

    def _one_by_one(self, batch: Sequence[int]) -> None:
        for index in batch:
            self._inbox.run(self._step_one(index))

    async def _step_one(self, index: int) -> None:
        episode = self.steps[index][0]
        params = self._params[index]
        try:
            wire = await self.link.call("episode/step", params, timeout_s=self.timeout_s, owner=episode)
        except StepwellError as error:
            self._failed(index, error)
        else:
            self._inbox.put(index, episode.stepped(wire), None)

    def _noted(self, batch: Sequence[int], method: str, note: Note) -> None:
        if method != "episode/result":
            return
        index = batch[note["index"]]
        if note.get("error") is None:
            self._inbox.put(index, self.steps[index][0].stepped(note["result"]), None)
        else:
            self._failed(index, remote_error(note["error"]))

    def _failed(self, index: int, error: StepwellError) -> None:
        if index in self._inbox.seen:
            return
        self.steps[index][0].give_back(self._params[index]["step"], error)
        self._inbox.put(index, None, error)
