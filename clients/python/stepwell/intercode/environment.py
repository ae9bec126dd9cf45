"""What InterCode's environments have in common."""

from __future__ import annotations

import logging
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from ..client import Client
from ..episode import Episode
from ..errors import StepwellError, TaskNotFoundError, TaskUngradableError
from ..results import Grade, StepResult
from ..shared_client import shared_client
from .datasets import dataset_of
from .records import IntercodeDataLoader, Record
from .trajectory_file import write_trajectory

AGENT_OBS = "agent_obs"
EVAL_OBS = "eval_obs"
CORRUPT_GOLD = "corrupt_gold"
ACTION_EXEC = "action_executed"
REWARD = "reward"

_MOST_OUTPUT_BYTES = 16_777_216
"""InterCode cuts no output; this is the most that a server keeps."""

Preprocess = Callable[[Record], list[str]]


class IntercodeEnv(ABC):
    """
    Base of InterCode's environments, with their constructor and their attributes.

    `image_name` is kept, but the task's dataset decides on the image. Keywords as in InterCode: `data_path`, `preprocess`,
    `traj_dir`, `verbose`. Keywords of Stepwell: `url`, `token` or `client` say which server (default: the variables
    `STEPWELL_URL` and `STEPWELL_TOKEN`), `dataset` which of its datasets `data_path` is (default: by the name of the file),
    `reset_options` are further options of each reset. Without `data_path`, actions run but nothing is graded.
    """

    name: ClassVar[str] = "intercode"
    environment: ClassVar[str]
    """Id of Stepwell's environment."""

    def __init__(self, image_name: str, **kwargs: Any) -> None:
        self.image_name = image_name
        self.kwargs = kwargs
        self.logger = logging.getLogger(f"stepwell.intercode.{id(self)}")
        self.logger.disabled = kwargs.get("verbose") is not True
        data_path = kwargs.get("data_path")
        self.tool_mode = data_path is None
        if data_path is not None:
            self.data_path: str = data_path
            self.data_loader = IntercodeDataLoader(data_path)
        self.preprocess = _checked_preprocess(kwargs.get("preprocess"))
        self.traj_dir: str | None = kwargs.get("traj_dir") or None
        self.dataset = kwargs.get("dataset") or (None if data_path is None else dataset_of(data_path))
        given = kwargs.get("client")
        self._client: Client = given or shared_client(kwargs.get("url"), kwargs.get("token"))
        self._options: dict[str, Any] = {
            "semantics": "intercode",
            "max_output_bytes": _MOST_OUTPUT_BYTES,
            **({} if self.dataset is None else {"dataset": self.dataset}),
            **kwargs.get("reset_options", {}),
        }
        self._episode: Episode | None = None
        self.info: dict[str, Any] = {}
        self.trajectory: list[tuple[str, Any]] = []
        self.observation: Any = None
        self.reward: float | None = None

    def reset(self, index: int | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin the task of this index, or a random one. Returns its query and an empty dictionary."""
        self._give_back()
        self.info, self.trajectory, self.observation = {}, [], None
        if not self.tool_mode:
            self.query_idx = self.data_loader.random_index() if index is None else index
            self.record = self.data_loader.get(self.query_idx)
            self.query: str = self.record["query"]
            self.gold: Any = self.record.get("gold", "N/A")
            self.observation = self.query
            self.reward = None
        self.reset_container()
        if self.preprocess is not None:
            for command in self.preprocess(self.record):
                self.exec_action(command)
                if not self.info[ACTION_EXEC]:
                    raise RuntimeError(f"Preprocess command failed to execute successfully: {command}: {self.observation}")
        return self.observation, self.info

    def step(self, action: str) -> tuple[Any, float, bool, dict[str, Any]]:
        """
        Returns observation, reward, whether the task is over, and information. `submit` grades, and leaves the sandbox as it
        is, so that the episode can go on.
        """
        if action == "skip":
            return "skipped", 0, True, {}
        if action.startswith("submit"):
            self.trajectory.append((action, None))
            reward: float = 0
            info: dict[str, Any] = {}
            if not self.tool_mode:
                reward, info = self.get_reward()
            if self.traj_dir is not None:
                self.save_trajectory()
            info[ACTION_EXEC] = True
            return self.observation, reward, True, info
        self.exec_action(action)
        self.logger.info("Action: %s", action)
        self.logger.info("Observation: %s", self.observation)
        self.trajectory.append((action, self.observation))
        return self.observation, 0, False, self.info

    def save_trajectory(self) -> None:
        """Write the trajectory to a file below `traj_dir`, in InterCode's form."""
        content: dict[str, Any] = {"environment": self.name}
        if not self.tool_mode:
            content |= {"query_idx": self.query_idx, "query": self.query, "gold": self.gold, "reward": self.reward}
        path = write_trajectory(self.traj_dir, self.name, content, self.trajectory, self.info)
        self.logger.info("Saved trajectory to %s", path)

    def close(self) -> None:
        """Give the sandbox back."""
        self._give_back()

    def reset_container(self) -> None:
        """Take a fresh sandbox."""
        task: dict[str, Any] = {} if self.tool_mode else {"task": int(self.query_idx)}
        self._episode = self._client.reset(self.environment, **task, **self._options)
        instruction = self._episode.task.instruction
        if not self.tool_mode and instruction != self.query:
            self._give_back()
            raise TaskNotFoundError(
                f"task {self.query_idx} of the server's dataset {self.dataset} is not that of {self.data_path}: "
                f"{instruction!r} is not {self.query!r}"
            )

    def get_available_actions(self) -> list[str] | None:
        """InterCode's environments list none."""
        return None

    @property
    def episode(self) -> Episode:
        """The episode on the server."""
        if self._episode is None:
            raise RuntimeError("`reset` begins an episode; there is none yet")
        return self._episode

    @abstractmethod
    def exec_action(self, action: str) -> None:
        """Run an action; sets `observation` and `info[ACTION_EXEC]`."""

    def get_reward(self) -> tuple[float, dict[str, Any]]:
        """Grade the present state; sets `reward`."""
        return self._graded(self.episode.evaluate())

    # ── for the environments ─────────────────────────────────────────────────────────────────────────────────────────

    def _run(self, action: str) -> StepResult:
        """Make a step. Raises `EpisodeFailedError` after an infrastructure fault."""
        result = self.episode.step({"code": action})
        result.raise_for_failure()
        self.info[ACTION_EXEC] = result.info.get("action_executed", False)
        return result

    def _graded(self, grade: Grade) -> tuple[float, dict[str, Any]]:
        grade.raise_for_failure()
        if grade.reward is None:
            raise TaskUngradableError(grade.info.get("ungraded", "the task was not graded"))
        self.reward = grade.reward
        info = {AGENT_OBS: self.observation, CORRUPT_GOLD: False, **self._reward_info(grade)}
        self.info = {**self.info, **info}
        return grade.reward, info

    def _reward_info(self, grade: Grade) -> dict[str, Any]:
        return {REWARD: grade.reward}

    def _give_back(self) -> None:
        episode, self._episode = self._episode, None
        if episode is None:
            return
        try:
            episode.close()
        except StepwellError as fault:
            # The server takes the sandbox back by itself.
            self.logger.info("Closing failed: %s", fault)

    def __enter__(self) -> IntercodeEnv:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _checked_preprocess(preprocess: Any) -> Preprocess | None:
    """InterCode wants a function with annotations: `def preprocess(record: Dict) -> List`."""
    if preprocess is None:
        return None
    hints = typing.get_type_hints(preprocess)
    returned = typing.get_origin(hints.get("return")) or hints.get("return")
    taken = typing.get_origin(hints.get("record")) or hints.get("record")
    if returned is not list or taken is not dict:
        raise AssertionError("preprocess must be a function like `def preprocess(record: Dict) -> List`")
    checked: Preprocess = preprocess
    return checked
