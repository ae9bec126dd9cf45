"""A dataset of a Stepwell server as a taskset."""

from __future__ import annotations

from collections.abc import Iterator

import verifiers.v1 as vf

from ..gradable_tasks import gradable_tasks
from ..shared_client import shared_client

_LANGUAGES = {"bash-v1": "Bash", "sql-v1": "SQL", "python-v1": "Python"}

SYSTEM_PROMPT = """\
You solve a task by running {language} code. Reply with one fenced code block: it is run, and you see what it prints. Its \
session keeps its state from turn to turn. When you are done, reply with the word submit alone; or, to give an answer, with \
the word submit and the answer after it, in the same line or in a fenced block below."""


class StepwellData(vf.TaskData):
    environment: str
    dataset: str
    instruction: str


class StepwellTask(vf.Task[StepwellData]):
    @property
    def key(self) -> str:
        """The task's own name, which no change of its text alters."""
        return f"{self.data.environment}/{self.data.dataset}/{self.data.id}"


class StepwellTasksetConfig(vf.TasksetConfig):
    environment: str = "bash-v1"
    dataset: str | None = None
    """Default: the environment's built-in tasks."""
    url: str | None = None
    """Of the server. Default: the variable `STEPWELL_URL`, or `ws://127.0.0.1:8765`. The token is `STEPWELL_TOKEN`."""


class StepwellTaskset(vf.Taskset[StepwellTask, StepwellTasksetConfig]):
    """The gradable tasks of a dataset. The environment tells the model the instruction, as the server words it."""

    def load(self) -> Iterator[StepwellTask]:
        wanted = self.config
        prompt = SYSTEM_PROMPT.format(language=_LANGUAGES.get(wanted.environment, "program"))
        for dataset, task in gradable_tasks(shared_client(wanted.url, None), wanted.environment, wanted.dataset):
            data = StepwellData(
                id=task.id,
                name=task.id,
                prompt=None,
                system_prompt=prompt,
                environment=wanted.environment,
                dataset=dataset,
                instruction=task.instruction,
            )
            yield StepwellTask(data, wanted.task)
