# cheat: patches its interpreter while it plays, and hopes to be graded there
# scores: = 0
# deadline: 5000 ms

import builtins
import sys

builtins.compile = None
builtins.AssertionError = Exception
sys.modules.clear()
# %% step
raise SystemExit(0)
