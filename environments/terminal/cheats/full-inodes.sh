# cheat: leaves no room for another file
# scores: = 0
# deadline: 20000 ms

mkdir -p /inodes && cd /inodes && seq 40000 | xargs touch 2>/dev/null
