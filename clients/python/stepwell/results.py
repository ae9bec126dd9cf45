"""What calls return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from .errors import EpisodeFailedError, ErrorClass, StepwellError

Observation = dict[str, Any]
"""What the agent sees: always `output`; after a step also what the environment adds, e.g. `exit_code` and `timed_out`."""

Action = str | Mapping[str, Any]
"""Code as a plain string, or an action object such as `{"code": "…", "stdin": "…", "timeout_ms": 5000}`."""

How = Literal["copy", "replay", "checkpoint", "unknown"]
"""How an earlier state was made again. `unknown`: the answer was lost with its socket."""


@dataclass(frozen=True)
class Failure:
    """An infrastructure fault. It ends the episode without a reward."""

    error_class: ErrorClass
    """`sandbox`, `grading`, `capacity` or `server`; `class` on the wire."""
    code: str
    """A code of the failure table, e.g. `sandbox_died`."""
    message: str
    retryable: bool
    """Whether the same task may be tried again in a new episode."""
    action_may_have_run: bool
    mask_sample: bool = True

    @classmethod
    def of_wire(cls, wire: Mapping[str, Any]) -> Failure:
        return cls(
            error_class=wire["class"],
            code=wire["code"],
            message=wire["message"],
            retryable=wire["retryable"],
            action_may_have_run=wire["action_may_have_run"],
            mask_sample=wire.get("mask_sample", True),
        )

    def to_wire(self) -> dict[str, Any]:
        """As the server sends it."""
        return {
            "class": self.error_class,
            "code": self.code,
            "message": self.message,
            "retryable": self.retryable,
            "action_may_have_run": self.action_may_have_run,
            "mask_sample": self.mask_sample,
        }


@dataclass(frozen=True)
class Grade:
    """A grade that does not end the episode."""

    reward: float | None
    failure: Failure | None
    info: dict[str, Any]

    @property
    def success(self) -> bool:
        """Whether everything agrees with the gold."""
        return self.info.get("success") is True

    @property
    def mask_sample(self) -> bool:
        """Whether the sample must be left out of training: there was a failure."""
        return self.failure is not None and self.failure.mask_sample

    def raise_for_failure(self) -> None:
        """Raise `EpisodeFailedError` if there was an infrastructure fault."""
        if self.failure is not None:
            fault = self.failure
            raise EpisodeFailedError(fault.error_class, fault.code, fault.message, fault.retryable, fault.mask_sample)

    @classmethod
    def of_wire(cls, wire: Mapping[str, Any]) -> Grade:
        return cls(wire["reward"], _failure(wire), dict(wire["info"]))


@dataclass(frozen=True)
class StepResult(Grade):
    """The result of one step. `reward` is `None` where nothing was graded, and after a failure."""

    step: int = 0
    observation: Observation = field(default_factory=dict)
    terminated: bool = False
    """The task is over."""
    truncated: bool = False
    """A limit of turns or time, or a failure, ended the episode."""
    replayed: bool = False
    """The step had been made before; this is its stored result."""

    @property
    def output(self) -> str:
        return str(self.observation["output"])

    @property
    def done(self) -> bool:
        return self.terminated or self.truncated

    @classmethod
    def of_wire(cls, wire: Mapping[str, Any]) -> StepResult:
        return cls(
            reward=wire["reward"],
            failure=_failure(wire),
            info=dict(wire["info"]),
            step=wire["step"],
            observation=dict(wire["observation"]),
            terminated=wire["terminated"],
            truncated=wire["truncated"],
            replayed=wire.get("replayed", False),
        )


def _failure(wire: Mapping[str, Any]) -> Failure | None:
    return None if wire["failure"] is None else Failure.of_wire(wire["failure"])


@dataclass(frozen=True)
class Task:
    id: str
    index: int
    dataset: str
    instruction: str

    @classmethod
    def of_wire(cls, wire: Mapping[str, Any]) -> Task:
        return cls(wire["id"], wire["index"], wire["dataset"], wire["instruction"])


@dataclass(frozen=True)
class TaskSummary:
    """A task as a dataset lists it."""

    id: str
    index: int
    instruction: str
    tags: list[str]
    ungradable: str | None
    """Why the task cannot be graded, if so."""


@dataclass(frozen=True)
class TaskPage:
    dataset: str
    total: int
    tasks: list[TaskSummary]

    @classmethod
    def of_wire(cls, wire: Mapping[str, Any]) -> TaskPage:
        tasks = [
            TaskSummary(
                one["id"],
                one["index"],
                one["instruction"],
                list(one["tags"]),
                one["ungradable"]["reason"] if "ungradable" in one else None,
            )
            for one in wire["tasks"]
        ]
        return cls(wire["dataset"], wire["total"], tasks)


@dataclass(frozen=True)
class DatasetInfo:
    name: str
    tasks: int
    gradable: int
    """Number of tasks that no check and no reset has found to be ungradable."""
    checked: bool


@dataclass(frozen=True)
class EnvironmentInfo:
    id: str
    description: str
    semantics: list[str]
    datasets: list[DatasetInfo]

    @classmethod
    def of_wire(cls, wire: Mapping[str, Any]) -> EnvironmentInfo:
        datasets = [DatasetInfo(one["name"], one["tasks"], one["gradable"], one["checked"]) for one in wire["datasets"]]
        return cls(wire["id"], wire["description"], list(wire["semantics"]), datasets)


@dataclass(frozen=True)
class EpisodeState:
    status: Literal["ready", "stepping", "over", "closed"]
    step_count: int
    age_ms: float
    """Milliseconds since the reset."""
    last_reward: float | None
    terminated: bool
    truncated: bool
    failure: Failure | None

    @classmethod
    def of_wire(cls, wire: Mapping[str, Any]) -> EpisodeState:
        return cls(
            status=wire["status"],
            step_count=wire["step_count"],
            age_ms=wire["age_ms"],
            last_reward=wire["last_reward"],
            terminated=wire["terminated"],
            truncated=wire["truncated"],
            failure=_failure(wire),
        )


@dataclass(frozen=True)
class Queued:
    """Where a reset stands while it waits for a sandbox."""

    environment: str
    position: int
    """1 is next."""
    expected_wait_ms: float | None


@dataclass(frozen=True)
class Building:
    """How far the build of an image is that a reset needs."""

    environment: str
    image: str
    ahead: int
    """Builds that come before it; 0 once it runs."""
    line: str
    """The builder's latest line; empty before its first one."""


@dataclass(frozen=True)
class Origin:
    """How the state of a forked or undone episode was made."""

    step_count: int
    how: How
    exact: bool
    """Whether the observations of a replay were those that were recorded."""
    not_carried: list[str]
    """What the state lacks, in words, e.g. `2 background processes`."""

    @classmethod
    def of_wire(cls, wire: Mapping[str, Any]) -> Origin:
        return cls(wire["step_count"], wire["how"], wire["exact"], list(wire["not_carried"]))


E = TypeVar("E")
"""`Episode` or `AsyncEpisode`."""
V = TypeVar("V")


@dataclass(frozen=True)
class Opened(Generic[E]):
    """One of many resets: its place in the order that was asked for, and the episode or the error."""

    index: int
    episode: E | None
    error: StepwellError | None

    def unwrap(self) -> E:
        """The episode. Raises the error if the reset failed."""
        return _unwrapped(self.episode, self.error)


@dataclass(frozen=True)
class Stepped(Generic[E]):
    """One of many steps: its place in the list that was given, its episode, and the result or the error."""

    index: int
    episode: E
    result: StepResult | None
    error: StepwellError | None

    @property
    def mask_sample(self) -> bool:
        """Whether the sample must be left out of training, because the agent did not cause what happened."""
        outcome = self.result if self.error is None else self.error
        return outcome is not None and outcome.mask_sample

    def unwrap(self) -> StepResult:
        """The result. Raises the error if the step failed."""
        return _unwrapped(self.result, self.error)


def _unwrapped(value: V | None, error: StepwellError | None) -> V:
    if value is not None:
        return value
    assert error is not None
    raise error


@dataclass(frozen=True)
class Group(Generic[E]):
    """Episodes of one task and seed, which GRPO compares."""

    index: int
    episodes: list[E]
    errors: list[StepwellError]
    """Of the resets that failed."""
