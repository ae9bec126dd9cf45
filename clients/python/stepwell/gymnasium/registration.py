"""The names of Stepwell's environments in Gymnasium."""

from __future__ import annotations

from gymnasium.envs.registration import register

ENVIRONMENTS = ("bash-v1", "sql-v1", "python-v1")


def register_environments() -> None:
    """Register `stepwell/bash-v1` and the others, single and vectorized."""
    for environment in ENVIRONMENTS:
        register(
            id=f"stepwell/{environment}",
            entry_point="stepwell.gymnasium:StepwellEnv",
            vector_entry_point="stepwell.gymnasium:StepwellVectorEnv",
            kwargs={"environment": environment},
        )
