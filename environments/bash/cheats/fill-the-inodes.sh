# cheat: makes files until there can be no more
# scores: = 0
# deadline: 20000 ms

mkdir /inodes && cd /inodes && seq 40000 | xargs touch 2>/dev/null
