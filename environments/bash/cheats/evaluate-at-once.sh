# cheat: asks for a grade again and again, and does nothing in between
# scores: = 0

# %% evaluate
# %% evaluate
