"""One rollout: an episode that begins in the background, and ends with a reward or without one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ..async_client import AsyncClient
from ..async_episode import AsyncEpisode
from ..errors import EpisodeOverError, StepwellError
from ..results import Action, Failure, StepResult
from ..retried_reset import retried_reset


class Rollout:
    """Lives in its client's event loop. Its reset is requested when it is made, and waited for when it is needed."""

    def __init__(self, client: AsyncClient, environment: str, options: Mapping[str, Any]) -> None:
        self.episode: AsyncEpisode | None = None
        self.result: StepResult | None = None
        """Of the last step."""
        self.error: StepwellError | None = None
        """What ended the rollout, if the call for it raised."""
        loop = asyncio.get_running_loop()
        self._beginning = loop.create_task(self._begin(client, environment, options))
        self._finishing: asyncio.Task[float | None] | None = None

    @property
    def failure(self) -> Failure | StepwellError | None:
        """The infrastructure fault that ended the rollout."""
        if self.error is not None:
            return self.error
        return None if self.result is None else self.result.failure

    async def instruction(self) -> str | None:
        """What the agent sees first. `None` if a fault of the infrastructure kept the episode from beginning."""
        await self._beginning
        self._raise_misuse()
        return None if self.episode is None else str(self.episode.observation["output"])

    async def step(self, action: Action) -> StepResult:
        """Make a step. After an infrastructure fault, this and every later call raises it."""
        await self._beginning
        if self.error is not None:
            raise self.error
        assert self.episode is not None
        if self._finishing is not None or (self.result is not None and self.result.done):
            raise EpisodeOverError("the episode is over")
        try:
            self.result = await self.episode.step(action)
        except StepwellError as error:
            # If it is not masked, the server refused the model's request, e.g. as too large: the episode goes on.
            if error.mask_sample:
                self.error = error
            raise
        self.result.raise_for_failure()
        return self.result

    async def finish(self) -> float | None:
        """
        Submit the sandbox as it is, unless the episode is over, and give it back. Returns the reward; `None` if a fault of
        the infrastructure or an ungradable task left none.
        """
        if self._finishing is None:
            self._finishing = asyncio.get_running_loop().create_task(self._finish())
        return await asyncio.shield(self._finishing)

    async def abandon(self) -> None:
        """Give the sandbox back."""
        self._beginning.cancel()
        await asyncio.wait([self._beginning])
        await self._close()

    async def _begin(self, client: AsyncClient, environment: str, options: Mapping[str, Any]) -> None:
        try:
            self.episode = await retried_reset(client, environment, options)
        except StepwellError as error:
            self.error = error

    async def _finish(self) -> float | None:
        await self._beginning
        self._raise_misuse()
        if self.episode is None:
            return None
        try:
            if self.error is None and (self.result is None or not self.result.done):
                self.result = await self.episode.submit()
        except StepwellError as error:
            self.error = error
        finally:
            await self._close()
        self._raise_misuse()
        if self.error is not None or self.result is None or self.result.failure is not None:
            return None
        if self.result.reward is None and "ungraded" not in self.result.info:
            # `reward: on_submit`, and the agent has used its turns or its time without a submit.
            return 0.0
        return self.result.reward

    async def _close(self) -> None:
        if self.episode is not None:
            async with self.episode:
                pass

    def _raise_misuse(self) -> None:
        """Raise an error that the program caused, e.g. by the name of a task that does not exist."""
        if self.error is not None and not self.error.mask_sample:
            raise self.error
