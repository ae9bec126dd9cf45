import sys
from collections import Counter

change = Counter()
for line in sys.stdin:
    if line.strip():
        came, went = map(int, line.split())
        change[came] += 1
        change[went] -= 1
present = most = 0
times = sorted(time for time, difference in change.items() if difference)
for number, time in enumerate(times):
    present += change[time]
    if present > most:
        most, stretch = present, (time, times[number + 1])
print(*((most, *stretch) if most else (0,)))
