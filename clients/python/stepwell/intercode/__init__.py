"""
InterCode's environments on Stepwell: change `from intercode.envs import …` to `from stepwell.intercode import …`.

A dataset is imported into the server by `stepwell import intercode <folder>`. Environments of one program share one
connection, and each episode has a sandbox of its own, so that hundreds can run at once in threads.
"""

from .bash import BashEnv
from .ctf import CTFEnv
from .environment import ACTION_EXEC, AGENT_OBS, CORRUPT_GOLD, EVAL_OBS, REWARD, IntercodeEnv
from .python import PythonEnv
from .records import IntercodeDataLoader
from .sql import SqlEnv

__all__ = [
    "ACTION_EXEC",
    "AGENT_OBS",
    "CORRUPT_GOLD",
    "EVAL_OBS",
    "REWARD",
    "BashEnv",
    "CTFEnv",
    "IntercodeDataLoader",
    "IntercodeEnv",
    "PythonEnv",
    "SqlEnv",
]
