"""Plays a policy: groups of episodes at the same time, and one request for a turn of them all."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from policy import SUBMIT, Choice, Policy

import stepwell

DATASET = "learn"
TURNS = 2


@dataclass
class Rollout:
    """An episode and what the policy did in it."""

    episode: stepwell.Episode
    chance: random.Random
    choices: list[Choice] = field(default_factory=list)
    reward: float = 0.0
    masked: bool = False
    """There is no reward, because the infrastructure failed: the sample must be left out."""

    def act(self, policy: Policy) -> stepwell.Action:
        instruction = str(self.episode.observation["output"])
        text, choices = policy.write(instruction, self.episode.next_step, self.chance)
        self.choices += choices
        return {"submit": True} if text == SUBMIT else text

    def take(self, stepped: stepwell.Stepped[stepwell.Episode]) -> None:
        if stepped.mask_sample:
            self.masked = True
            self.episode.close()
            return
        # Any other error is a fault of this program: it is raised here.
        result = stepped.unwrap()
        if result.done:
            self.masked = result.reward is None
            self.reward = result.reward or 0.0


def play(client: stepwell.Client, policy: Policy, tasks: Sequence[str], size: int, seed: str) -> list[list[Rollout]]:
    """
    A group of `size` rollouts for each task, without those that the infrastructure failed. Each rollout has its own source
    of chance, so the same seed plays the same on a slow machine, and in any order of the results.
    """
    groups: list[list[Rollout]] = [[] for _ in tasks]
    for group in client.groups("bash-v1", size=size, tasks=tasks, dataset=DATASET, max_turns=TURNS):
        for error in group.errors:
            if not error.mask_sample:
                raise error
        for member, episode in enumerate(group.episodes):
            groups[group.index].append(Rollout(episode, random.Random(f"{seed} {group.index} {member}")))

    rollouts = [rollout for group in groups for rollout in group]
    while live := [rollout for rollout in rollouts if not rollout.episode.over]:
        # A language model would write these actions as one batch.
        for stepped in client.step_many([(rollout.episode, rollout.act(policy)) for rollout in live]):
            live[stepped.index].take(stepped)
    return [[rollout for rollout in group if not rollout.masked] for group in groups]
