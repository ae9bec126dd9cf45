"""A policy of a few hundred numbers that writes commands of two words. A language model would take its place."""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from dataclasses import dataclass

SUBMIT = "submit"
PROGRAMS = (
    SUBMIT, "cat", "chmod +x", "head -n 1", "ls -l", "nl", "rm", "sort", "tac", "tail -n 1", "touch", "wc -l <", "wc -w <"
)  # fmt: skip
PATHS = ("/data", "/data/birds", "/data/ports", "/data/tools")


@dataclass(frozen=True)
class Choice:
    """A word that the policy wrote, and what the gradient of its logarithm needs."""

    seen: list[str]
    among: tuple[str, ...]
    chosen: int
    probabilities: list[float]


class Policy:
    """
    Draws each word from a softmax over the sum of the weights of what it sees: the number of the turn and the words of the
    instruction. At first all weights are 0 and all words equally likely.

    `rate`: step size of the gradient ascent. `entropy`: weight of the entropy bonus, which keeps it trying.
    """

    def __init__(self, rate: float = 16.0, entropy: float = 0.02) -> None:
        self.rate = rate
        self.entropy = entropy
        self._weights: defaultdict[tuple[str, str], float] = defaultdict(float)
        """By what is seen and the word to write."""

    def write(self, instruction: str, turn: int, chance: random.Random) -> tuple[str, list[Choice]]:
        """The action for a turn (1, 2, …), and the choices that made it, for `learn`."""
        seen = [f"turn {turn}", *sorted(set(re.findall(r"[\w/]+", instruction.lower())))]
        program = self._choose(seen, PROGRAMS, chance)
        if PROGRAMS[program.chosen] == SUBMIT:
            return SUBMIT, [program]
        path = self._choose(seen, PATHS, chance)
        return f"{PROGRAMS[program.chosen]} {PATHS[path.chosen]}", [program, path]

    def learn(self, samples: list[tuple[list[Choice], float]]) -> None:
        """REINFORCE (Williams 1992): choices become likelier in proportion to the advantage of their sample."""
        for choices, advantage in samples:
            for choice in choices:
                self._climb(choice, advantage, self.rate / len(samples))

    def _climb(self, choice: Choice, advantage: float, step: float) -> None:
        logs = [math.log(probability) for probability in choice.probabilities]
        mean_log = sum(probability * log for probability, log in zip(choice.probabilities, logs))
        for at, word in enumerate(choice.among):
            probability = choice.probabilities[at]
            # Gradients of log softmax and of the entropy.
            slope = advantage * ((at == choice.chosen) - probability)
            slope -= self.entropy * probability * (logs[at] - mean_log)
            for thing in choice.seen:
                self._weights[thing, word] += step * slope

    def _choose(self, seen: list[str], among: tuple[str, ...], chance: random.Random) -> Choice:
        scores = [sum(self._weights.get((thing, word), 0.0) for thing in seen) for word in among]
        # The greatest score becomes 1, and none 0: neither `exp` nor `log` can overflow.
        likely = [math.exp(max(score - max(scores), -500.0)) for score in scores]
        probabilities = [one / sum(likely) for one in likely]
        [chosen] = chance.choices(range(len(among)), probabilities)
        return Choice(seen, among, chosen, probabilities)


class NoOp(Policy):
    """Submits at once: its reward is that of an untouched sandbox."""

    def write(self, instruction: str, turn: int, chance: random.Random) -> tuple[str, list[Choice]]:
        return SUBMIT, []
