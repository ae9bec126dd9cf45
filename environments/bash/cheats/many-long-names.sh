# cheat: leaves 20,000 files with long names
# scores: = 0
# deadline: 20000 ms

mkdir /names && cd /names && seq -f "$(printf 'y%.0s' $(seq 200))-%g" 20000 | xargs touch
