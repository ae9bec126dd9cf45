"""Plays episodes for verifiers: Stepwell is the user of the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import verifiers.v1 as vf
from pydantic import Field
from verifiers.v1.utils.loaders import plugged_fn

from ..async_client import AsyncClient
from ..async_episode import AsyncEpisode
from ..cluster.choice import client_of
from ..errors import StepwellError
from ..result_text import result_text
from ..results import StepResult
from .attempt import Attempt
from .reply import action_of

GroupRewardFunction = Callable[[Sequence[Attempt]], Sequence[float]]


class GroupReward(vf.BaseConfig):
    fn: str
    """`package.module:function`, which takes the `Attempt`s of a group and returns a number for each."""
    weight: float = 1.0


class StepwellEnvConfig(vf.EnvConfig):
    agent: vf.AgentConfig = vf.AgentConfig(harness={"id": "null"})
    reset: dict[str, Any] = Field(default_factory=dict)
    """Options of each reset, e.g. `max_turns`."""
    group_size: int = Field(1, ge=1)
    """Attempts at the task in one run of the environment, in sandboxes of their own."""
    group_rewards: dict[str, GroupReward] = Field(default_factory=dict)
    """By name, rewards that compare the attempts of a group. `stepwell.verifiers.attempt` has `relative` and `shortest`."""


class StepwellEnv(vf.Env[StepwellEnvConfig]):
    """
    Each attempt is an episode. Its reward is `stepwell`, its metrics are `success` and `turns`, and those of the group
    `group_mean` and `group_solved`. After a fault of the infrastructure the attempt's trace has a `SandboxError` and no
    reward, and is not `ok`; group rewards and metrics leave it out.
    """

    def __init__(self, config: StepwellEnvConfig) -> None:
        super().__init__(config)
        self._functions: dict[str, GroupRewardFunction] = {
            name: plugged_fn(each.fn) for name, each in config.group_rewards.items()
        }
        self._client: AsyncClient | None = None

    async def start(self) -> None:
        self._client = client_of(self.config.taskset.url)
        await self._client.open()

    async def stop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def run(self, task: vf.Task, agents: vf.Agents) -> None:
        outcomes = await asyncio.gather(
            *[self._attempt(task, agents) for _ in range(self.config.group_size)], return_exceptions=True
        )
        # The trace of an attempt has its fault; the other attempts go on.
        for each in outcomes:
            if isinstance(each, BaseException) and not isinstance(each, vf.RolloutError):
                raise each

    async def finalize(self, task: vf.Task, episode: vf.Episode) -> None:
        traces = [trace for trace in episode.traces if trace.info.get("stepwell") is not None]
        group = [_attempt_of(trace) for trace in traces]
        if not group:
            return
        mean = sum(each.reward for each in group) / len(group)
        for trace in traces:
            trace.record_metric("group_mean", mean)
            trace.record_metric("group_solved", float(any(each.success for each in group)))
        for name, function in self._functions.items():
            values = list(function(group))
            if len(values) != len(group):
                raise ValueError(f"group reward {name} returned {len(values)} numbers for {len(group)} attempts")
            for trace, value in zip(traces, values, strict=True):
                trace.record_reward(name, value, self.config.group_rewards[name].weight)

    async def _attempt(self, task: vf.Task, agents: vf.Agents) -> None:
        assert self._client is not None
        data = task.data
        options = {"dataset": data.dataset, "task": data.id, **self.config.reset}
        async with agents.agent.interaction(task) as interaction:
            try:
                async with await self._client.reset(data.environment, **options) as episode:
                    result = await _play(interaction, episode)
                result.raise_for_failure()
            except StepwellError as error:
                if not error.mask_sample:
                    raise
                raise vf.SandboxError(f"{error.error_class}: {error.code}: {error}") from error
            trace = interaction.trace
            reward = result.reward
            if reward is None:
                if "ungraded" in result.info:
                    raise vf.TaskError(f"the task was not graded: {result.info['ungraded']}")
                # `reward: on_submit`, and no submit before the last turn.
                reward = 0.0
            trace.record_reward("stepwell", reward)
            trace.record_metrics({"success": float(result.success), "turns": float(result.step)})
            trace.info["stepwell"] = {"reward": reward, "success": result.success, "turns": result.step, **result.info}


async def _play(interaction: vf.Interaction, episode: AsyncEpisode) -> StepResult:
    """Play until the model submits or reaches a limit. If it ends in another way, submit the sandbox as it is."""
    segment = await interaction.turn(str(episode.observation["output"]))
    while not segment.terminated and segment.last_reply.strip():
        result = await episode.step(action_of(segment.last_reply))
        if result.done:
            return result
        segment = await interaction.turn(result_text(result))
    return await episode.submit()


def _attempt_of(trace: vf.Trace) -> Attempt:
    kept = trace.info["stepwell"]
    replies = [str(message.content or "") for message in trace.assistant_messages]
    return Attempt(kept["reward"], kept["success"], kept["turns"], replies, kept)
