# cheat: ends its process without a word while it is loaded
# scores: = 0

# %% answer
import os

os._exit(0)
