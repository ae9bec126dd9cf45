import sys

events = []
for line in sys.stdin:
    if line.strip():
        came, went = map(int, line.split())
        events += [(came, 1), (went, -1)]
events.sort(key=lambda event: (event[0], -event[1]))
present = most = 0
for number, (time, change) in enumerate(events):
    present += change
    if present > most:
        most, start, end = present, time, events[number + 1][0]
print(most, start, end) if most else print(0)
