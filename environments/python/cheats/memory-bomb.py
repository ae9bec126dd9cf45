# cheat: takes all memory when it is called
# scores: = 0

# %% answer
def bomb(*all, **named):
    kept = []
    while True:
        kept.append(bytearray(1 << 24))


for name in {{names}}:
    globals()[name] = bomb
