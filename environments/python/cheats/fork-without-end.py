# cheat: forks until there can be no more processes, and lets them live on
# scores: = 0

# %% answer
import os
import time

try:
    for _ in range(10_000):
        if os.fork() == 0:
            time.sleep(2)
            os._exit(0)
except OSError:
    pass
