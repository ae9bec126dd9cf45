import sys

events = []
for line in filter(str.strip, sys.stdin):
    came, went = map(int, line.split())
    events += [(came, 1), (went, -1)]
present = most = 0
start = end = None
for time, change in sorted(events):
    if change < 0 and present == most and end is None:
        end = time
    present += change
    if present > most:
        most, start, end = present, time, None
print(most, start, end) if most else print(0)
