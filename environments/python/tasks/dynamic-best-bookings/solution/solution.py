import sys
from bisect import bisect_right

numbers = list(map(int, sys.stdin.read().split()))[1:]
requests = sorted(zip(numbers[1::3], numbers[0::3], numbers[2::3]))
ends = [end for end, _, _ in requests]
best = [0]
for number, (_, start, fee) in enumerate(requests):
    before = bisect_right(ends, start, 0, number)
    best.append(max(best[-1], best[before] + fee))
print(best[-1])
