import bisect

requests = sorted((tuple(map(int, input().split())) for _ in range(int(input()))), key=lambda r: r[1])
ends, best = [], [0]
for start, end, fee in requests:
    best.append(max(best[-1], best[bisect.bisect_left(ends, start)] + fee))
    ends.append(end)
print(best[-1])
