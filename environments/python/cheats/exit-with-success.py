# cheat: ends the process with status 0 when it is called
# scores: = 0

# %% answer
import os
import sys


def leave(*all, **named):
    os._exit(0)


for name in {{names}}:
    globals()[name] = leave
sys.stdout.flush()
