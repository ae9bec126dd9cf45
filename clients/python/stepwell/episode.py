"""An episode, for programs without an event loop."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from .async_episode import AsyncEpisode
from .errors import StepwellError
from .results import Action, EpisodeState, Grade, Observation, Origin, StepResult, Task

T = TypeVar("T")


class Runner(Protocol):
    """What an episode needs of its client."""

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the client's event loop and wait for what it returns."""


class Episode:
    """
    One play of one task. Its steps are numbered, so that the server makes each exactly once. `Client.reset` makes episodes.
    Any thread may use it.
    """

    def __init__(self, client: Runner, episode: AsyncEpisode) -> None:
        # It keeps the client, which closes when nothing refers to it any more.
        self._client = client
        self._episode = episode

    @property
    def asynchronous(self) -> AsyncEpisode:
        """The same episode, for the event loop of its client."""
        return self._episode

    @property
    def id(self) -> str:
        return self._episode.id

    @property
    def environment(self) -> str:
        return self._episode.environment

    @property
    def resume_token(self) -> str:
        return self._episode.resume_token

    @property
    def task(self) -> Task:
        return self._episode.task

    @property
    def observation(self) -> Observation:
        """What the agent sees first: `output` is the task's instruction."""
        return self._episode.observation

    @property
    def info(self) -> dict[str, Any]:
        """Facts about the episode: seed, image, engine, isolation."""
        return self._episode.info

    @property
    def last(self) -> StepResult | None:
        """Result of the last step that was answered. `None` before the first, and after a fork or an undo."""
        return self._episode.last

    @property
    def step_count(self) -> int:
        """Number of steps that were answered."""
        return self._episode.step_count

    @property
    def next_step(self) -> int:
        """Number of the next step."""
        return self._episode.next_step

    @property
    def over(self) -> bool:
        """Whether the episode accepts no more steps."""
        return self._episode.over

    @property
    def exact(self) -> bool:
        """False once the server made the state again by a replay whose observations were not those recorded."""
        return self._episode.exact

    @property
    def origin(self) -> Origin | None:
        """Of a fork: how its state was made."""
        return self._episode.origin

    def step(self, action: Action, *, step: int | None = None, timeout_s: float | None = None) -> StepResult:
        """
        Run an action and see what it did.

        `action` is code as a plain string, or an action object such as `{"code": …, "stdin": …, "timeout_ms": …}`. With
        `step`, a number that was made already returns its stored result. `timeout_s` is the deadline for the answer;
        default: the client's, and at least a minute more than the action's own (a submit: at least ten minutes). Raises
        `EpisodeOverError` after the end.
        """
        return self._client.run(self._episode.step(action, step=step, timeout_s=timeout_s))

    def submit(self, answer: str | None = None, *, timeout_s: float | None = None) -> StepResult:
        """End the episode and grade it. `answer` replaces the last output where the environment allows it."""
        return self._client.run(self._episode.submit(answer, timeout_s=timeout_s))

    def skip(self, *, timeout_s: float | None = None) -> StepResult:
        """End the episode ungraded, with reward 0."""
        return self._client.run(self._episode.skip(timeout_s=timeout_s))

    def extend(self, turns: int, *, timeout_s: float | None = None) -> StepResult:
        """Ask for more turns, in an episode with `extend_steps`. It is a step, and takes a turn itself."""
        return self._client.run(self._episode.extend(turns, timeout_s=timeout_s))

    def evaluate(self, *, timeout_s: float | None = None) -> Grade:
        """Grade the present state and go on. It does not count as a step."""
        return self._client.run(self._episode.evaluate(timeout_s=timeout_s))

    def state(self, *, timeout_s: float | None = None) -> EpisodeState:
        """Status, number of steps, last reward."""
        return self._client.run(self._episode.state(timeout_s=timeout_s))

    def fork(self, count: int = 1, *, at_step: int | None = None, timeout_s: float | None = None) -> list[Episode]:
        """
        Independent episodes that go on from the present state, or from that after `at_step` steps. `count` is 1 to 64. The
        `origin` of each says how its state was made, and what was not carried over.
        """
        forks = self._client.run(self._episode.fork(count, at_step=at_step, timeout_s=timeout_s))
        return [Episode(self._client, fork) for fork in forks]

    def undo(self, steps: int = 1, *, timeout_s: float | None = None) -> Origin:
        """Go back `steps` steps in place. The next step has the number `step_count + 1`."""
        return self._client.run(self._episode.undo(steps, timeout_s=timeout_s))

    def close(self, *, timeout_s: float | None = None) -> None:
        """Give the sandbox back."""
        self._client.run(self._episode.close(timeout_s=timeout_s))

    def __enter__(self) -> Episode:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.close()
        except StepwellError:
            # It would hide the error that ended the block; the server takes the sandbox back by itself.
            pass
