"""
Stepwell's environments for Gymnasium. The import registers them: `import stepwell.gymnasium`, then
`gymnasium.make("stepwell/bash-v1", url=…)`; or `gymnasium.make("stepwell.gymnasium:stepwell/bash-v1", url=…)` alone.
"""

from .environment import StepwellEnv
from .registration import register_environments
from .text import DEFAULT_CHARSET
from .vector import StepwellVectorEnv

register_environments()

__all__ = ["DEFAULT_CHARSET", "StepwellEnv", "StepwellVectorEnv"]
