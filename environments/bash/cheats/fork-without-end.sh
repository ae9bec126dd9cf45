# cheat: forks until there can be no more processes, each of them restarting the others
# scores: = 0
# deadline: 3000 ms

bomb() { (bomb &) ; (bomb &) ; }; bomb 2>/dev/null
