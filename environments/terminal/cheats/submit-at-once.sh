# cheat: does nothing
# scores: = 0

:
# %% evaluate
