"""A connection to a server, for programs without an event loop."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from multiprocessing.util import Finalize
from typing import Any, TypeVar

from .async_client import MIB, AsyncClient
from .async_episode import AsyncEpisode
from .cluster.choice import client_of
from .episode import Episode
from .loop_thread import LoopThread
from .results import Action, Building, EnvironmentInfo, Group, Opened, Queued, Stepped, TaskPage

T = TypeVar("T")


class Client:
    """
    A connection to a Stepwell server. It carries any number of episodes at once, and any thread may use it. When the socket
    drops, it connects again, resumes its episodes and repeats what waits for an answer, each step by its number; callers
    notice only the time. Close it with `with` or `close()`; else it closes when the program ends.

    The parameters are those of `AsyncClient`. A list of addresses, a text with commas, or `dns+ws://name:port` makes it a
    client of many servers; see `AsyncCluster`. Raises `ConnectError`, `UnauthorizedError` or `VersionMismatchError`.
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
    ) -> None:
        self._begin(
            client_of(
                url,
                token=token,
                timeout_s=timeout_s,
                connect_timeout_s=connect_timeout_s,
                reconnect_s=reconnect_s,
                max_frame_bytes=max_frame_bytes,
            )
        )

    def _begin(self, client: AsyncClient) -> None:
        self._client = client
        self._loop = LoopThread()
        self._end = weakref.finalize(self, _end, self._client, self._loop)
        Finalize(self, _end_of_process, args=(self._end,), exitpriority=0)
        try:
            self._loop.run(self._client.open())
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        return self._client.url

    @property
    def handshake(self) -> Mapping[str, Any]:
        """Result of `initialize`: protocol version, the server's name and version, limits."""
        return self._client.handshake

    @property
    def closed(self) -> bool:
        return not self._end.alive

    def close(self) -> None:
        """Close the open episodes, then the socket. Never raises."""
        self._end()

    @property
    def asynchronous(self) -> AsyncClient:
        """The same client, for coroutines that `run` runs."""
        return self._client

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the client's event loop and wait for what it returns."""
        return self._loop.run(coroutine)

    def call(self, method: str, params: Mapping[str, Any] | None = None, *, timeout_s: float | None = None) -> Any:
        """Any method of the protocol. It must do no harm when it is requested a second time."""
        return self._loop.run(self._client.call(method, params, timeout_s=timeout_s))

    def environments(self) -> list[EnvironmentInfo]:
        """The environments that the server offers, with their datasets."""
        return self._loop.run(self._client.environments())

    def tasks(self, environment: str, *, dataset: str | None = None, offset: int = 0, limit: int = 100) -> TaskPage:
        """A page of a dataset's tasks. `limit` is 1 to 10,000."""
        return self._loop.run(self._client.tasks(environment, dataset=dataset, offset=offset, limit=limit))

    def reset(
        self,
        environment: str,
        *,
        timeout_s: float | None = None,
        on_queued: Callable[[Queued], None] | None = None,
        on_building: Callable[[Building], None] | None = None,
        **options: Any,
    ) -> Episode:
        """Begin an episode. See `AsyncClient.reset`. `on_queued` and `on_building` are called in the client's own thread."""
        begun = self._client.reset(environment, timeout_s=timeout_s, on_queued=on_queued, on_building=on_building, **options)
        return self._episode(self._loop.run(begun))

    def resume(self, resume_token: str, *, timeout_s: float | None = None) -> Episode:
        """Take over an episode that another client began. See `AsyncClient.resume`."""
        return self._episode(self._loop.run(self._client.resume(resume_token, timeout_s=timeout_s)))

    def reset_many(
        self,
        environment: str,
        *,
        count: int = 1,
        tasks: Sequence[int | str] | None = None,
        timeout_s: float | None = None,
        **options: Any,
    ) -> Iterator[Opened[Episode]]:
        """Begin many episodes, each given as soon as it is ready. See `AsyncClient.reset_many`."""
        begun = self._client.reset_many(environment, count=count, tasks=tasks, timeout_s=timeout_s, **options)
        for opened in self._loop.iterate(begun):
            episode = None if opened.episode is None else self._episode(opened.episode)
            yield Opened(opened.index, episode, opened.error)

    def group(self, environment: str, size: int, **options: Any) -> Group[Episode]:
        """`size` episodes of one task and seed, which GRPO compares. Takes the options of a reset."""
        return self._group(self._loop.run(self._client.group(environment, size, **options)))

    def groups(
        self,
        environment: str,
        *,
        size: int,
        seeds: Sequence[int] | None = None,
        tasks: Sequence[int | str] | None = None,
        together: bool = False,
        timeout_s: float | None = None,
        **options: Any,
    ) -> Iterator[Group[Episode]]:
        """Groups of `size` episodes, each as soon as all of it is ready. See `AsyncClient.groups`."""
        made = self._client.groups(
            environment, size=size, seeds=seeds, tasks=tasks, together=together, timeout_s=timeout_s, **options
        )
        yield from map(self._group, self._loop.iterate(made))

    def step_many(
        self, steps: Iterable[tuple[Episode, Action]], *, timeout_s: float | None = None
    ) -> Iterator[Stepped[Episode]]:
        """Make many steps at once; each result is given as it comes. See `AsyncClient.step_many`."""
        pairs = list(steps)
        made = self._client.step_many([(episode.asynchronous, action) for episode, action in pairs], timeout_s=timeout_s)
        for one in self._loop.iterate(made):
            yield Stepped(one.index, pairs[one.index][0], one.result, one.error)

    def _episode(self, episode: AsyncEpisode) -> Episode:
        return Episode(self, episode)

    def _group(self, group: Group[AsyncEpisode]) -> Group[Episode]:
        return Group(group.index, [self._episode(each) for each in group.episodes], group.errors)


def _end(client: AsyncClient, loop: LoopThread) -> None:
    # A forked process has neither the loop nor the episodes of its parent.
    if not loop.alive:
        return
    try:
        loop.run(client.close())
    finally:
        loop.stop()


def _end_of_process(end: Callable[[], object]) -> None:
    """
    A process of `multiprocessing` ends without the handlers of `atexit`, and the server would keep its episodes for the
    grace time. Other threads, for which such a process still waits, may go on to use the client.
    """
    current = threading.current_thread()
    if all(thread.daemon or thread is current for thread in threading.enumerate()):
        end()
