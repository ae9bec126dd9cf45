# cheat: answers with the words of the instruction
# scores: < 0.5

# %% answer
{{instruction}}
