# cheat: changes the mode and time of every file, so that each one differs
# scores: < 0.5
# deadline: 8000 ms

find / -xdev \( -path /proc -o -path /sys -o -path /dev \) -prune -o -type f -exec chmod 777 {} + 2>/dev/null
