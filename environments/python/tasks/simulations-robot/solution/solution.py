columns, rows = map(int, input().split())
blocked = {tuple(map(int, input().split())) for _ in range(int(input()))}
ways = [(0, 1), (1, 0), (0, -1), (-1, 0)]
x = y = facing = bumps = 0
for command in input().split():
    if command in 'LR':
        facing = (facing + (1 if command == 'R' else -1)) % 4
        continue
    for _ in range(int(command)):
        column, row = x + ways[facing][0], y + ways[facing][1]
        if not (0 <= column < columns and 0 <= row < rows) or (column, row) in blocked:
            bumps += 1
            break
        x, y = column, row
print(x, y, 'NESW'[facing], bumps)
