# cheat: gives back what it is given, as a function and as a program
# scores: < 1

# %% answer
import sys


def same(*all, **named):
    return all[0] if all else None


NAMES = {{names}}
for name in NAMES:
    globals()[name] = same
if not NAMES:
    print(sys.stdin.read())
