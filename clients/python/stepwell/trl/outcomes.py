"""Grades the rollouts of a batch at the same time, and logs their outcomes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from ..client import Client
from .environment import StepwellEnvironment


def outcomes(
    environments: Sequence[Any],
    log_metric: Callable[[str, float], None] | None = None,
    log_extra: Callable[[str, list[Any]], None] | None = None,
    **_: Any,
) -> list[None]:
    """
    A reward function that returns no rewards: `GRPOTrainer(reward_funcs=outcomes, …)`. It submits all rollouts of the batch
    at once (with `get_reward` alone, the trainer submits one after the other), and logs

    - metrics: `stepwell/masked`, `stepwell/success` (shares of the rollouts), `stepwell/turns`, and in milliseconds
      `stepwell/queue_ms` (waiting for a sandbox) and `stepwell/grade_ms`, each the mean of the rollouts;
    - columns of the table of completions: `task`, `reward`, `failure` (class and code).
    """
    ours = [each if isinstance(each, StepwellEnvironment) else None for each in environments]
    rollouts = [each for each in ours if each is not None]
    for client in {each._client for each in rollouts}:
        client.run(_finished(client, rollouts))
    if log_extra is not None:
        log_extra("task", [None if each is None or each.episode is None else each.episode.task.id for each in ours])
        log_extra("reward", [None if each is None else each.get_reward() for each in ours])
        log_extra("failure", [None if each is None else _failure(each) for each in ours])
    if log_metric is not None and rollouts:
        log_metric("stepwell/masked", _mean([float(each.get_reward() is None) for each in rollouts]))
        graded = [each for each in rollouts if each.get_reward() is not None]
        if graded:
            log_metric("stepwell/success", _mean([float(each.success) for each in graded]))
            log_metric("stepwell/turns", _mean([float(each.result.step) for each in graded if each.result is not None]))
            log_metric("stepwell/grade_ms", _mean([_grade_ms(each) for each in graded]))
        begun = [each.episode.info for each in rollouts if each.episode is not None]
        if begun:
            log_metric("stepwell/queue_ms", _mean([float(info.get("queue_ms", 0.0)) for info in begun]))
    return [None] * len(environments)


async def _finished(client: Client, environments: Sequence[StepwellEnvironment]) -> None:
    rollouts = [each._rollout for each in environments if each._client is client]
    # `get_reward` raises the same errors.
    await asyncio.gather(*[each.finish() for each in rollouts if each is not None], return_exceptions=True)


def _failure(environment: StepwellEnvironment) -> str | None:
    fault = environment.failure
    return None if fault is None else f"{fault.error_class}: {fault.code}"


def _grade_ms(environment: StepwellEnvironment) -> float:
    return 0.0 if environment.result is None else float(environment.result.info.get("grade_ms") or 0.0)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
