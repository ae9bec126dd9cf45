# cheat: as a program, ends well and says nothing
# scores: < 1

# %% answer
import sys

sys.stdin.read()
