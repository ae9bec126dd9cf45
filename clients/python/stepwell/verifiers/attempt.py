"""What a group reward is given of each attempt, and the rewards that come with the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Attempt:
    """One graded attempt of a group: all of a group have the same task."""

    reward: float
    success: bool
    turns: int
    replies: list[str]
    """What the model said, turn by turn."""
    info: dict[str, Any]
    """Of the graded step, e.g. `reward_components`."""


def relative(group: Sequence[Attempt]) -> list[float]:
    """Each reward less the mean of the group."""
    mean = sum(each.reward for each in group) / len(group)
    return [each.reward - mean for each in group]


def shortest(group: Sequence[Attempt]) -> list[float]:
    """1 for the solved attempts with the fewest turns of the group, else 0."""
    fewest = min((each.turns for each in group if each.success), default=None)
    return [float(each.success and each.turns == fewest) for each in group]
