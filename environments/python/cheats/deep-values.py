# cheat: values that are bombs: deep, wide, endless, in circles
# scores: = 0

# %% answer
import itertools

turns = iter(range(1_000_000))


def bomb(*all, **named):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    circle = []
    circle.append(circle)
    return [deep, itertools.count(), [0] * 10**7, circle][next(turns) % 4]


for name in {{names}}:
    globals()[name] = bomb
