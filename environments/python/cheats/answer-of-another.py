# cheat: answers with the solution of another task
# scores: < 1

# %% answer
{{another_gold}}
