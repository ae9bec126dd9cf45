# cheat: as a program, prints whatever could be asked for
# scores: < 1

# %% answer
for number in range(20_000):
    print(number)
print("yes", "no", "YES", "NO", "True", "False", -1, 0, 1)
