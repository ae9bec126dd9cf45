rows, columns = map(int, input().split())
land = {(r, c) for r in range(rows) for c, square in enumerate(input()) if square == '#'}
sizes = []
while land:
    border, size = [land.pop()], 0
    while border:
        row, column = border.pop()
        size += 1
        near = {(row + r, column + c) for r in (-1, 0, 1) for c in (-1, 0, 1)} & land
        land -= near
        border += near
    sizes.append(size)
print(len(sizes), max(sizes, default=0))
