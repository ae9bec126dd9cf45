"""A dataset of a Stepwell server as samples, and its grade as a score."""

from __future__ import annotations

from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import TaskState
from inspect_ai.util import sandbox

from ..gradable_tasks import gradable_tasks
from ..shared_client import shared_client
from .sandbox import DATASET, TASK, StepwellSandbox, StepwellSandboxConfig


def samples(dataset: str | None = None, *, url: str | None = None) -> MemoryDataset:
    """The gradable tasks of a dataset of `bash-v1`, each with a sandbox of its own."""
    sandboxes = ("stepwell", StepwellSandboxConfig(url=url))
    tasks = gradable_tasks(shared_client(url, None), "bash-v1", dataset)
    return MemoryDataset(
        [
            Sample(input=one.instruction, id=one.id, metadata={TASK: one.id, DATASET: name}, sandbox=sandboxes)
            for name, one in tasks
        ]
    )


@scorer(metrics=[mean(), stderr()])
def stepwell_scorer() -> Scorer:
    """Submits the sandbox, with the output of its last command as the answer. A failure raises, and gives no score."""

    async def score(state: TaskState, target: Target) -> Score:
        result = await sandbox().as_type(StepwellSandbox).submit()
        if result.reward is None:
            return Score.unscored(explanation=str(result.info.get("ungraded", "the task was not graded")))
        components = result.info.get("reward_components")
        return Score(value=result.reward, metadata={"success": result.success, "reward_components": components})

    return score
