# cheat: NaN and infinity, with which comparisons go wrong
# scores: < 1

# %% answer
turns = iter(range(1_000_000))
VALUES = [float("nan"), [float("nan")], float("inf"), {"x": float("nan")}, complex("nan")]
for name in {{names}}:
    globals()[name] = lambda *all, **named: VALUES[next(turns) % len(VALUES)]
