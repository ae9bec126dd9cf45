columns, rows = map(int, input().split())
blocked = {tuple(map(int, input().split())) for _ in range(int(input()))}
x = y = facing = bumps = 0
for command in input().split():
    if command == 'L':
        facing = (facing - 1) % 4
    elif command == 'R':
        facing = (facing + 1) % 4
    else:
        for _ in range(int(command)):
            dx, dy = [(0, 1), (1, 0), (0, -1), (-1, 0)][facing]
            if (x + dx, y + dy) in blocked or not 0 <= x + dx < columns or not 0 <= y + dy < rows:
                bumps += 1
            else:
                x, y = x + dx, y + dy
print(x, y, 'NESW'[facing], bumps)
