"""InterCode's Bash environment."""

from __future__ import annotations

from typing import Any

from ..results import Grade
from .environment import REWARD, IntercodeEnv


class BashEnv(IntercodeEnv):
    """A shell; each action runs in its own `bash -c` in the remembered working directory."""

    name = "ic_bash"
    environment = "bash-v1"

    @property
    def workdir(self) -> str:
        """The remembered working directory."""
        return self._workdir

    def reset_container(self) -> None:
        super().reset_container()
        self._workdir = "/"

    def exec_action(self, action: str) -> None:
        result = self._run(action)
        self.observation = result.output
        self._workdir = str(result.observation.get("cwd", self._workdir))

    def _reward_info(self, grade: Grade) -> dict[str, Any]:
        """The parts of the reward by InterCode's names. What the gold printed and changed stays on the server."""
        return {REWARD: dict(grade.info.get("reward_components", {}))}
