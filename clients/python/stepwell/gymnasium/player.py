"""Plays one episode after the other, in Gymnasium's terms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..async_client import AsyncClient
from ..async_episode import AsyncEpisode
from ..errors import StepwellError
from ..results import Action, StepResult
from ..retried_reset import retried_reset
from .text import TextForm

_TIMES = frozenset({"duration_ms", "queue_ms", "grade_ms"})
"""Left out of `info`, which is the same for the same seed and actions."""

Transition = tuple[str, float, bool, bool, dict[str, Any]]


class Player:
    """Plays episodes one at a time. An ungraded step has reward 0; after a failure it is NaN, so that every sum shows it."""

    def __init__(self, client: AsyncClient, environment: str, text: TextForm, options: Mapping[str, Any]) -> None:
        self._client = client
        self._environment = environment
        self._text = text
        self._options = options
        self.episode: AsyncEpisode | None = None
        self.result: StepResult | None = None
        """Of the last step, with its times."""

    async def reset(self, seed: int, options: Mapping[str, Any] | None) -> tuple[str, dict[str, Any]]:
        """Begin an episode, in place of the one before."""
        await self.close()
        wanted = {**self._options, "seed": seed, **(options or {})}
        episode = await retried_reset(self._client, self._environment, wanted)
        self.episode, self.result = episode, None
        task = episode.task
        info = {"task": task.id, "task_index": task.index, "dataset": task.dataset, "seed": episode.info["seed"]}
        return self._text.fitted(str(episode.observation["output"])), info

    async def step(self, action: Action) -> Transition:
        """Make a step. An infrastructure fault ends the episode with `info["mask_sample"]` true."""
        assert self.episode is not None
        try:
            result = await self.episode.step(action)
        except StepwellError as error:
            if not error.mask_sample:
                raise
            failure = {"class": error.error_class, "code": error.code, "message": str(error), "retryable": error.retryable}
            return "", math.nan, False, True, {"graded": False, "mask_sample": True, "failure": failure}
        self.result = result
        info: dict[str, Any] = {
            "graded": result.reward is not None,
            "mask_sample": result.mask_sample,
            "observation": dict(result.observation),
            **{key: value for key, value in result.info.items() if key not in _TIMES},
        }
        if result.failure is not None:
            info["failure"] = result.failure.to_wire()
        ungraded = math.nan if result.failure is not None else 0.0
        reward = ungraded if result.reward is None else float(result.reward)
        return self._text.fitted(result.output), reward, result.terminated, result.truncated, info

    async def close(self) -> None:
        """Give the sandbox back."""
        episode, self.episode = self.episode, None
        if episode is not None:
            async with episode:
                pass
