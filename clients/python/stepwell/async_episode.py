"""An episode, for programs with an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .errors import (
    ConnectionLostError,
    EpisodeLostError,
    EpisodeNotFoundError,
    StepwellError,
    UnansweredError,
    remote_error,
)
from .link import Link
from .results import Action, EpisodeState, Grade, Observation, Origin, StepResult, Task

STEP_MARGIN_S = 60.0
"""Time for grading and for the network, beside a step's own deadline."""

PLAY_S = 600.0
"""
Least default deadline of what grades or plays an episode again. On a busy machine, a grade waits for a second sandbox, runs
the gold or the tests, and all of it once more if it may have been killed: more than six minutes at its limits.
"""

_LOOK_S = 0.05
"""Time between two looks at an undo that still runs."""


class AsyncEpisode:
    """
    One play of one task. Steps are numbered 1, 2, 3 … as they are requested, so that the server makes each exactly once;
    a step may be requested before earlier ones are answered, and they run in order. `AsyncClient.reset` makes episodes.
    """

    def __init__(self, link: Link, timeout_s: float, environment: str, reset: Mapping[str, Any]) -> None:
        self._link = link
        self._timeout_s = timeout_s
        self._next_step = 1
        self._error: StepwellError | None = None
        self._undoing = False
        self._over_at = 0
        """Generation of the socket that had the episode when it ended."""
        self.environment = environment
        self.id: str = reset["episode_id"]
        self.resume_token: str = reset["resume_token"]
        self.task = Task.of_wire(reset["task"])
        self.observation: Observation = dict(reset["observation"])
        """What the agent sees first: `output` is the task's instruction."""
        self.info: dict[str, Any] = dict(reset["info"])
        """Facts about the episode: seed, image, engine, isolation."""
        self.last: StepResult | None = None
        """Result of the last step that was answered. `None` before the first, and after a fork or an undo."""
        self.step_count = 0
        """Number of steps that were answered."""
        self.over = False
        """Whether the episode accepts no more steps."""
        self.exact = True
        """False once the server made the state again by a replay whose observations were not those recorded."""
        self.origin: Origin | None = None
        """Of a fork: how its state was made."""
        link.adopt(self)

    @property
    def link(self) -> Link:
        """The connection to its server."""
        return self._link

    @property
    def next_step(self) -> int:
        """Number of the next step."""
        return self._next_step

    async def step(self, action: Action, *, step: int | None = None, timeout_s: float | None = None) -> StepResult:
        """
        Run an action and see what it did.

        `action` is code as a plain string, or an action object such as `{"code": …, "stdin": …, "timeout_ms": …}`. With
        `step`, a number that was made already returns its stored result. `timeout_s` is the deadline for the answer;
        default: the client's, and at least a minute more than the action's own (a submit: at least ten minutes). Raises
        `EpisodeOverError` after the end.
        """
        number = self.take_number() if step is None else step
        params = {"episode_id": self.id, "step": number, "action": action}
        try:
            wire = await self._call("episode/step", params, timeout_s or self.deadline_s(action))
        except StepwellError as error:
            if step is None:
                self.give_back(number, error)
            raise
        return self.stepped(wire)

    async def submit(self, answer: str | None = None, *, timeout_s: float | None = None) -> StepResult:
        """End the episode and grade it. `answer` replaces the last output where the environment allows it."""
        action = {"submit": True} if answer is None else {"submit": True, "answer": answer}
        return await self.step(action, timeout_s=timeout_s)

    async def skip(self, *, timeout_s: float | None = None) -> StepResult:
        """End the episode ungraded, with reward 0."""
        return await self.step({"skip": True}, timeout_s=timeout_s)

    async def extend(self, turns: int, *, timeout_s: float | None = None) -> StepResult:
        """Ask for more turns, in an episode with `extend_steps`. It is a step, and takes a turn itself."""
        return await self.step({"extend": turns}, timeout_s=timeout_s)

    async def evaluate(self, *, timeout_s: float | None = None) -> Grade:
        """Grade the present state and go on. It does not count as a step."""
        return Grade.of_wire(await self._call("episode/evaluate", {"episode_id": self.id}, timeout_s or self._play_s))

    async def state(self, *, timeout_s: float | None = None) -> EpisodeState:
        """Status, number of steps, last reward."""
        return EpisodeState.of_wire(await self._call("episode/state", {"episode_id": self.id}, timeout_s))

    async def fork(
        self, count: int = 1, *, at_step: int | None = None, timeout_s: float | None = None
    ) -> list[AsyncEpisode]:
        """
        Independent episodes that go on from the present state, or from that after `at_step` steps. `count` is 1 to 64. The
        `origin` of each says how its state was made, and what was not carried over. If one fails, all are closed again.
        """
        params: dict[str, Any] = {"episode_id": self.id, "count": count}
        if at_step is not None:
            params["at_step"] = at_step
        wire = await self._call("episode/fork", params, timeout_s or self._play_s)
        forks = [self._forked(one) for one in wire["episodes"] if "error" not in one]
        errors = [one["error"] for one in wire["episodes"] if "error" in one]
        if errors:
            for each in forks:
                await each.close()
            raise remote_error(errors[0])
        return forks

    async def undo(self, steps: int = 1, *, timeout_s: float | None = None) -> Origin:
        """Go back `steps` steps in place. The next step has the number `step_count + 1`."""
        wanted = max(0, self.step_count - steps)
        params = {"episode_id": self.id, "steps": steps}
        deadline = timeout_s or self._play_s
        self._undoing = True
        try:
            try:
                wire = await self._call("episode/undo", params, deadline, repeatable=False)
                origin = Origin.of_wire(wire)
            except ConnectionLostError as lost:
                # Whether it went back is seen from the number of steps; a second request might go back twice.
                now = await self._settled_count(timeout_s)
                if not lost.may_have_run or now != wanted:
                    wire = await self._call("episode/undo", params, deadline, repeatable=False)
                    origin = Origin.of_wire(wire)
                else:
                    origin = Origin(now, "unknown", self.exact, [])
        finally:
            self._undoing = False
        self.step_count, self._next_step = origin.step_count, origin.step_count + 1
        self.last = None
        self.over = False
        self.exact = self.exact and origin.exact
        self._link.adopt(self)
        return origin

    async def _settled_count(self, timeout_s: float | None) -> int:
        """The number of steps once nothing runs: an undo goes on without its socket."""
        while True:
            state = await self.state(timeout_s=timeout_s)
            if state.status != "stepping":
                return state.step_count
            await asyncio.sleep(_LOOK_S)

    async def close(self, *, timeout_s: float | None = None) -> None:
        """Give the sandbox back. An episode that the server no longer has is closed already."""
        if self._error is not None:
            return
        self._error = EpisodeNotFoundError(f"episode {self.id} is closed")
        params = {"episode_id": self.id}
        try:
            await self._link.call("episode/close", params, timeout_s=timeout_s or self._timeout_s, owner=self)
        except (EpisodeNotFoundError, EpisodeLostError, ConnectionLostError):
            pass
        finally:
            self.over = True
            self._link.release(self)

    async def __aenter__(self) -> AsyncEpisode:
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.close()
        except StepwellError:
            # It would hide the error that ended the block; the server takes the sandbox back by itself.
            pass

    # ── what the link and the client call ────────────────────────────────────────────────────────────────────────────

    def resumed(self, result: Mapping[str, Any]) -> StepwellError | None:
        """See `Resumable`."""
        count: int = result["step_count"]
        self.exact = self.exact and result["exact"]
        if count < self.step_count and not self._undoing:
            text = f"episode {self.id} was resumed at step {count}, but step {self.step_count} was answered"
            return EpisodeLostError(text)
        return None

    def taken_over(self, result: Mapping[str, Any]) -> None:
        """This client took the episode over from another one."""
        self.exact = result["exact"]
        if result.get("last") is not None:
            self.stepped(result["last"])
        self.step_count, self._next_step = result["step_count"], result["step_count"] + 1

    def lost(self, error: StepwellError) -> None:
        """See `Resumable`."""
        self._error = error
        self.over = True

    def deadline_s(self, action: Action) -> float:
        """
        Default deadline of a step, in seconds: the client's, and at least a minute more than the action's own; of a submit,
        at least ten minutes.
        """
        if isinstance(action, Mapping) and "submit" in action:
            return self._play_s
        own = action.get("timeout_ms") if isinstance(action, Mapping) else None
        # The server refuses a `timeout_ms` that is not a number.
        limit = own if isinstance(own, int) else self._link.limit("step_timeout_ms", 10_000)
        return max(self._timeout_s, limit / 1000 + STEP_MARGIN_S)

    @property
    def _play_s(self) -> float:
        return max(self._timeout_s, PLAY_S)

    def take_number(self) -> int:
        """The number of a step that is about to be requested."""
        number, self._next_step = self._next_step, self._next_step + 1
        return number

    def give_back(self, number: int, error: StepwellError) -> None:
        """That step failed with this error. Its number is free again if the step was refused or never sent."""
        if not (isinstance(error, UnansweredError) and error.may_have_run):
            self._next_step = min(self._next_step, number)

    def stepped(self, wire: Mapping[str, Any]) -> StepResult:
        """Take the result of a step."""
        result = StepResult.of_wire(wire)
        if result.step > self.step_count:
            self.last = result
        self.step_count = max(self.step_count, result.step)
        self._next_step = max(self._next_step, result.step + 1)
        if result.done and not self.over:
            self.over = True
            self._over_at = self._link.generation
            self._link.release(self)
        return result

    def check(self) -> None:
        """Raise what ended the episode."""
        if self._error is not None:
            raise self._error

    async def _call(self, method: str, params: Mapping[str, Any], timeout_s: float | None, repeatable: bool = True) -> Any:
        self.check()
        if self.over and self._over_at != self._link.generation:
            self._link.claim(self)
        deadline = timeout_s or self._timeout_s
        return await self._link.call(method, params, timeout_s=deadline, owner=self, repeatable=repeatable)

    def _forked(self, wire: Mapping[str, Any]) -> AsyncEpisode:
        ids = {"episode_id": wire["episode_id"], "resume_token": wire["resume_token"]}
        reset = {**ids, "task": asdict(self.task), "observation": self.observation, "info": self.info}
        fork = AsyncEpisode(self._link, self._timeout_s, self.environment, reset)
        fork.origin = Origin.of_wire(wire)
        fork.exact = fork.origin.exact
        fork.step_count, fork._next_step = fork.origin.step_count, fork.origin.step_count + 1
        return fork
