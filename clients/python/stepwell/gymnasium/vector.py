"""Many environments for Gymnasium, over one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ..async_client import MAX_SEED
from ..client import Client
from ..shared_client import shared_client
from .environment import StepwellEnv
from .player import Player, Transition
from .text import DEFAULT_CHARSET, TextForm

Texts = tuple[str, ...]
Bools = NDArray[numpy.bool_]


class StepwellVectorEnv(VectorEnv[Texts, Sequence[str], NDArray[Any]]):
    """
    `num_envs` episodes at once, whose steps and resets run at the same time: a call takes as long as its slowest step.

    `autoreset_mode`: `NEXT_STEP` (the step after an end resets, and ignores its action), `SAME_STEP` (the step that ends an
    episode begins the next; the last observation is `infos["final_obs"]`, its info `infos["final_info"]`) or `DISABLED`
    (`reset(options={"reset_mask": …})` resets those of a mask). `group_size`: this many neighbours have the same seed
    and thus the same task, so that GRPO can compare them; it must divide `num_envs`. All else is as in `StepwellEnv`.
    """

    def __init__(
        self,
        num_envs: int = 1,
        environment: str = "bash-v1",
        *,
        url: str | None = None,
        token: str | None = None,
        client: Client | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        group_size: int = 1,
        charset: str = DEFAULT_CHARSET,
        max_length: int = 131_072,
        max_action_length: int = 4_096,
        **reset_options: Any,
    ) -> None:
        if num_envs % group_size != 0:
            raise ValueError(f"group_size {group_size} does not divide num_envs {num_envs}")
        text = TextForm(charset, max_length, max_action_length)
        self.num_envs = num_envs
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**StepwellEnv.metadata, "autoreset_mode": self.autoreset_mode}
        self.single_observation_space = text.observation_space()
        self.single_action_space = text.action_space()
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._group_size = group_size
        self._client = client or shared_client(url, token)
        self._players = [Player(self._client.asynchronous, environment, text, reset_options) for _ in range(num_envs)]
        self._observations = [""] * num_envs
        self._seeds = [0] * num_envs
        """Of each place's first episode since its last reset."""
        self._episodes = [0] * num_envs
        """Number of the present one, from 0."""
        self._over: Bools = numpy.zeros(num_envs, dtype=numpy.bool_)
        """Whose episode has ended and not begun anew."""
        self._begun: Bools = numpy.zeros(num_envs, dtype=numpy.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Texts, dict[str, Any]]:
        """
        Begin all episodes, or those of `options["reset_mask"]`. A number as seed gives group g the seed `seed + g`; a list
        gives each its own. The other options replace those of the constructor for these episodes.
        """
        if seed is None or isinstance(seed, int):
            super().reset(seed=seed)
        given = dict(options or {})
        mask = _checked_mask(given.pop("reset_mask", None), self.num_envs)
        seeds = self._first_seeds(seed)
        which = [int(index) for index in numpy.flatnonzero(mask)]
        for index in which:
            self._seeds[index], self._episodes[index] = seeds[index], 0
        begun = self._client.run(_all([self._players[index].reset(seeds[index], given) for index in which]))
        infos: dict[str, Any] = {}
        for index, (observation, info) in zip(which, begun):
            self._observations[index] = observation
            infos = self._add_info(infos, info, index)
        self._over[mask] = False
        self._begun[mask] = True
        return tuple(self._observations), infos

    def step(self, actions: Sequence[str]) -> tuple[Texts, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Make a step of each episode."""
        if not self._begun.all():
            raise ResetNeeded("call `reset` before `step`")
        if self.autoreset_mode is AutoresetMode.DISABLED and self._over.any():
            ended = numpy.flatnonzero(self._over).tolist()
            raise ResetNeeded(f"the episodes {ended} have ended: reset them by `reset_mask`")
        if len(actions) != self.num_envs:
            raise ValueError(f"{self.num_envs} actions are needed, not {len(actions)}")
        made = self._client.run(_all([self._advance(index, action) for index, action in enumerate(actions)]))
        rewards = numpy.zeros(self.num_envs, dtype=numpy.float64)
        terminations = numpy.zeros(self.num_envs, dtype=numpy.bool_)
        truncations = numpy.zeros(self.num_envs, dtype=numpy.bool_)
        infos: dict[str, Any] = {}
        for index, (transition, next_episode) in enumerate(made):
            observation, rewards[index], terminations[index], truncations[index], info = transition
            if next_episode is not None:
                infos = self._add_info(infos, {"final_obs": observation, "final_info": info}, index)
                observation, info = next_episode
            self._observations[index] = observation
            infos = self._add_info(infos, info, index)
        ended = terminations | truncations
        self._over = numpy.zeros_like(ended) if self.autoreset_mode is AutoresetMode.SAME_STEP else ended
        return tuple(self._observations), rewards, terminations, truncations, deepcopy(infos)

    async def _advance(self, index: int, action: str) -> tuple[Transition, tuple[str, dict[str, Any]] | None]:
        player = self._players[index]
        if self._over[index]:
            observation, info = await player.reset(self._next_seed(index), None)
            return (observation, 0.0, False, False, info), None
        transition = await player.step(action)
        _, _, terminated, truncated, _ = transition
        if self.autoreset_mode is AutoresetMode.SAME_STEP and (terminated or truncated):
            return transition, await player.reset(self._next_seed(index), None)
        return transition, None

    def _first_seeds(self, seed: int | Sequence[int | None] | None) -> list[int]:
        if seed is not None and not isinstance(seed, int):
            if len(seed) != self.num_envs:
                raise ValueError(f"{self.num_envs} seeds are needed, not {len(seed)}")
            return [self._drawn() if one is None else one for one in seed]
        groups = self.num_envs // self._group_size
        of_groups = [self._drawn() if seed is None else seed + group for group in range(groups)]
        return [of_groups[index // self._group_size] for index in range(self.num_envs)]

    def _next_seed(self, index: int) -> int:
        """
        Of the next episode of this place. It depends on the first seed and the number of the episode alone, so that a group
        stays together, and the same seed gives the same tasks, whichever episode ends first.
        """
        self._episodes[index] += 1
        sequence = numpy.random.SeedSequence([self._seeds[index], self._episodes[index]])
        return int(sequence.generate_state(1, numpy.uint64)[0]) & MAX_SEED

    def _drawn(self) -> int:
        return int(self.np_random.integers(MAX_SEED))

    def close_extras(self, **_: Any) -> None:
        """Give the sandboxes back. The connection stays for other environments of the program."""
        if not self._client.closed:
            self._client.run(_all([player.close() for player in self._players]))


async def _all(works: Sequence[Any]) -> list[Any]:
    return list(await asyncio.gather(*works))


def _checked_mask(mask: Any, count: int) -> Bools:
    if mask is None:
        return numpy.ones(count, dtype=numpy.bool_)
    if not isinstance(mask, numpy.ndarray) or mask.dtype != numpy.bool_ or mask.shape != (count,) or not mask.any():
        raise ValueError(f"reset_mask must be an array of {count} booleans, at least one of them true")
    return mask
