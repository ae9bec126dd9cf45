columns, rows = map(int, input().split())
blocked = {tuple(map(int, input().split())) for _ in range(int(input()))}
x = y = facing = bumps = 0
for command in input().split():
    if command in 'LR':
        facing = (facing + (1 if command == 'R' else 3)) % 4
        continue
    dx, dy = [(0, 1), (1, 0), (0, -1), (-1, 0)][facing]
    wanted = x + dx * int(command), y + dy * int(command)
    x, y = min(max(wanted[0], 0), columns - 1), min(max(wanted[1], 0), rows - 1)
    bumps += (x, y) != wanted or (x, y) in blocked
print(x, y, 'NESW'[facing], bumps)
