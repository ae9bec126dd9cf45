# cheat: empties the arguments of the test, and returns what they are then
# scores: < 1

# %% answer
def emptied(*all, **named):
    for value in (*all, *named.values()):
        for method in ("clear", "sort"):
            try:
                getattr(value, method)()
            except Exception:
                pass
    return all[0] if all else []


for name in {{names}}:
    globals()[name] = emptied
