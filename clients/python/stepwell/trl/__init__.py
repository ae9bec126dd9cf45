"""Stepwell's environments for TRL's trainers: `GRPOTrainer(environment_factory=BashEnvironment, …)`."""

from .environment import StepwellEnvironment
from .environments import BashEnvironment, PythonEnvironment, SqlEnvironment
from .outcomes import outcomes
from .rows import rows

__all__ = ["BashEnvironment", "PythonEnvironment", "SqlEnvironment", "StepwellEnvironment", "outcomes", "rows"]
