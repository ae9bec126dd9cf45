# cheat: submits without having done anything
# scores: = 0
