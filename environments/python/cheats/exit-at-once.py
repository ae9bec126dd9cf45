# cheat: exits with status 0 while it is loaded, with handlers that do so again
# scores: = 0

# %% answer
import atexit
import os
import sys

atexit.register(os._exit, 0)
sys.exit(0)
