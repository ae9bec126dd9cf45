# cheat: leaves folders so deep that no path reaches their end
# scores: = 0
# deadline: 8000 ms

name=$(printf 'd%.0s' $(seq 200))
mkdir /deep && cd /deep
for _ in $(seq 400); do mkdir "$name" && cd -P "./$name" 2>/dev/null || break; done
