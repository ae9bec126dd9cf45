# cheat: kills its own shell, and all that it may signal
# scores: = 0
# deadline: 5000 ms

kill -9 $$
# %% step
kill -9 -1
# %% step
exec true
