# cheat: stops every process that it may signal, so that nobody can answer
# scores: = 0
# deadline: 2000 ms

(sleep 0.2; kill -STOP -1) & kill -STOP -1 $$
