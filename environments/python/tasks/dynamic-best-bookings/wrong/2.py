requests = sorted((tuple(map(int, input().split())) for _ in range(int(input()))), key=lambda r: -r[2])
taken = []
for start, end, fee in requests:
    if all(end <= other[0] or start >= other[1] for other in taken):
        taken.append((start, end, fee))
print(sum(fee for _, _, fee in taken))
