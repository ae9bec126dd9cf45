"""A step's result as text for a model."""

from __future__ import annotations

from .results import StepResult


def result_text(result: StepResult) -> str:
    """What the action printed, then in brackets what else a model should know. The reward is left out."""
    observation, text = result.observation, result.output
    notes = []
    if observation.get("exit_code"):
        notes.append(f"exit code {observation['exit_code']}")
    if observation.get("timed_out"):
        notes.append("stopped at its deadline")
    if observation.get("truncated_bytes"):
        notes.append(f"{observation['truncated_bytes']} bytes of output left out")
    if "limit" in result.info:
        notes.append(f"the limit of {result.info['limit']} is reached")
    if result.done:
        notes.append("the episode is over")
    if not notes:
        return text or "(no output)"
    between = "" if not text or text.endswith("\n") else "\n"
    return f"{text}{between}[{'; '.join(notes)}]"
