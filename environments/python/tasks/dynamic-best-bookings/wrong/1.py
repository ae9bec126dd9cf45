requests = sorted((tuple(map(int, input().split())) for _ in range(int(input()))), key=lambda r: r[1])
free, total = -10**9, 0
for start, end, fee in requests:
    if start >= free:
        free, total = end, total + fee
print(total)
