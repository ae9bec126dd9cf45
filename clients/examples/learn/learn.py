"""
Trains a policy, which at first knows nothing, by REINFORCE in real sandboxes until its mean reward is 0.8.

    python clients/examples/learn/learn.py [--url ws://host:port] [--help]

Without an address it starts a server of its own. A running server must have the tasks:
`npm start -- --pool bash-v1=64 --dataset learn=clients/examples/learn/tasks.jsonl`.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from curve import bar, draw
from play import DATASET, Rollout, play
from policy import Choice, NoOp, Policy

import stepwell

TASKS = Path(__file__).with_name("tasks.jsonl")
HELD_OUT = 7
"""Every seventh task is held out: the policy is never trained on it."""
WINDOW = 4
"""Number of updates whose mean reward must reach the target."""


@dataclass(frozen=True)
class Update:
    """What was played before an update of the policy."""

    number: int
    reward: float
    """Mean of the samples."""
    samples: int
    masked: int
    """Samples left out because the infrastructure failed."""
    seconds: float
    """Since the training began."""

    def __str__(self) -> str:
        counts = f"{self.samples} samples, {self.masked} masked, {self.seconds:.0f} s"
        return f"{self.number:3} {bar(self.reward)} {self.reward:.2f}  {counts}"


def train(client: stepwell.Client, policy: Policy, tasks: list[str], options: argparse.Namespace) -> list[Update]:
    """Play and learn by turns, until the target is reached or all updates are made."""
    history: list[Update] = []
    begun = time.monotonic()
    for number in range(1, options.updates + 1):
        seed = f"{options.seed} {number}"
        chosen = random.Random(seed).sample(tasks, options.groups)
        groups = [group for group in play(client, policy, chosen, options.size, seed) if group]
        rewards = [rollout.reward for group in groups for rollout in group]
        if not rewards:
            continue  # Every rollout failed and is masked, so this update has no rewards.
        policy.learn([sample for group in groups for sample in compared(group)])
        masked = options.groups * options.size - len(rewards)
        history.append(Update(number, mean(rewards), len(rewards), masked, time.monotonic() - begun))
        print(history[-1], flush=True)
        if reached(history, options.target):
            break
    return history


def compared(group: list[Rollout]) -> list[tuple[list[Choice], float]]:
    """The choices of each rollout with its advantage: how much better it did than the mean of its group."""
    baseline = mean(rollout.reward for rollout in group)
    return [(rollout.choices, rollout.reward - baseline) for rollout in group]


def reached(history: list[Update], target: float) -> bool:
    return len(history) >= WINDOW and mean(one.reward for one in history[-WINDOW:]) >= target


def score(client: stepwell.Client, policy: Policy, tasks: list[str], size: int) -> float:
    """Mean reward of a policy, which does not learn from these episodes."""
    return mean(rollout.reward for group in play(client, policy, tasks, size, "score") for rollout in group)


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Trains a tiny policy on real sandboxes.")
    parser.add_argument("--url", help="of a running server; default: start one")
    parser.add_argument("--groups", type=int, default=16, help="tasks before an update (%(default)s)")
    parser.add_argument("--size", type=int, default=4, help="episodes of each of them (%(default)s)")
    parser.add_argument("--updates", type=int, default=100, help="most updates of the policy (%(default)s)")
    parser.add_argument("--target", type=float, default=0.8, help=f"stop at this mean of {WINDOW} updates (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same curve (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for curve.txt and curve.png (%(default)s)")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    options = parsed(arguments)
    with ExitStack() as stack:
        live = options.groups * options.size
        url = options.url
        if url is None:
            sandboxes = {"pool": {"bash-v1": live}, "pool_max": max(live, 64)}
            server = stepwell.serve(root=TASKS.parents[3], dataset=[f"{DATASET}={TASKS}"], **sandboxes)
            url = stack.enter_context(server).url
        client = stack.enter_context(stepwell.Client(url))

        names = [task.id for task in client.tasks("bash-v1", dataset=DATASET).tasks]
        held_out = names[::HELD_OUT]
        tasks = [name for name in names if name not in held_out]
        policy = Policy()
        print(f"{live} live episodes; no-op: {score(client, NoOp(), tasks, 1):.2f}", flush=True)
        history = train(client, policy, tasks, options)
        print(f"tasks never trained on: {score(client, policy, held_out, options.size):.2f}")

    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "curve.txt").write_text("".join(f"{update}\n" for update in history))
    draw([update.reward for update in history], options.target, options.out / "curve.png")
    return 0 if reached(history, options.target) else 1


if __name__ == "__main__":
    sys.exit(main())
