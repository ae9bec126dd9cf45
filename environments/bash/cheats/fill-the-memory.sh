# cheat: takes all memory while it is graded
# scores: = 0
# deadline: 8000 ms

head -c 2G /dev/zero 2>/dev/null | tail >/dev/null 2>&1 &
head -c 2G /dev/zero > /dev/shm/filling 2>/dev/null
