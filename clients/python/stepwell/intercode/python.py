"""InterCode's Python environment."""

from __future__ import annotations

import re
from typing import Any

from ..episode import Episode
from ..errors import MethodNotFoundError, UnsupportedError
from ..results import Grade
from .environment import AGENT_OBS, REWARD, IntercodeEnv
from .python_value import value_of

_TOP_LEVEL_FUNCTION = re.compile(r"^(?:async\s+)?def\s+(\w+)", re.MULTILINE)
_FUNCTION = re.compile(r"def (\w+)\(")


class PythonEnv(IntercodeEnv):
    """
    A persistent interpreter. An observation is a dictionary with `output` and `error`. `submit <function>` grades that
    function. With `is_agent=False`, the lines of a function that follow its first are read from the terminal.
    """

    name = "ic_python"
    environment = "python-v1"

    def __init__(self, image_name: str, **kwargs: Any) -> None:
        super().__init__(image_name, **kwargs)
        self.is_agent: bool = kwargs.get("is_agent", False)
        self._last_function: str | None = None

    def reset_container(self) -> None:
        super().reset_container()
        self._last_function = None

    def exec_action(self, action: str) -> None:
        if action.strip().startswith("def ") and not self.is_agent:
            action = f"{action}\n{self.input_multiline_function()}"
        result = self._run(action)
        self._last_function = next(iter(reversed(_TOP_LEVEL_FUNCTION.findall(action))), self._last_function)
        self.observation = value_of(result.output)

    def input_multiline_function(self) -> str:
        """Lines from the terminal, up to an empty one."""
        lines = []
        while (line := input(". ")) != "":
            lines.append(line)
        return "\n".join(lines)

    def get_reward(self) -> tuple[float, dict[str, Any]]:
        """Grade the function that the last action submits. `info[AGENT_OBS]` has the answer to each test."""
        submitted = next(iter(self.trajectory[-1][0].split()[1:]), None)
        if submitted is None or submitted == self._last_function:
            grade: Grade = self.episode.evaluate()
        else:
            # Only a submit names a function, and it ends the episode: that of a fork.
            (fork,) = self.episode.fork()
            with fork:
                grade = fork.submit(submitted)
        self.info = {}
        reward, info = self._graded(grade)
        function = submitted or self._last_function
        graded = {"submitted_function": function, AGENT_OBS: self._answers(function), REWARD: reward}
        info.update(graded)
        self.info.update(graded)
        return reward, info

    def _answers(self, function: str | None) -> dict[str, Any]:
        """What the interpreter answers to each test of the record, in a fork that is thrown away."""
        try:
            (fork,) = self.episode.fork()
        except (MethodNotFoundError, UnsupportedError):
            return self._answers_of(self.episode, function)
        with fork:
            return self._answers_of(fork, function)

    def _answers_of(self, episode: Episode, function: str | None) -> dict[str, Any]:
        tests: list[str] = self.record.get("tests", [])
        wanted = self._entry(tests)
        before = [self.record.get("test_setup_code") or ""]
        if function is not None and wanted is not None and function != wanted:
            before.append(f"{wanted} = {function}")
        for code in filter(None, before):
            episode.step({"code": code})
        return {test: value_of(episode.step({"code": test}).output) for test in tests}

    def _entry(self, tests: list[str]) -> str | None:
        """The function of the gold that the tests call."""
        names: list[str] = _FUNCTION.findall(str(self.gold))
        return next((name for name in names if any(f"{name}(" in test for test in tests)), None)
