"""The name under which verifiers finds Stepwell: `--env.taskset.id stepwell-verifiers`."""

from stepwell.verifiers.environment import StepwellEnv
from stepwell.verifiers.taskset import StepwellTaskset

__all__ = ["StepwellEnv", "StepwellTaskset"]
