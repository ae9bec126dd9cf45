rows, _ = map(int, input().split())
land = set()
for row in range(rows):
    land.update((row, column) for column, square in enumerate(input()) if square == '#')

count = largest = 0
while land:
    count += 1
    size, border = 0, [land.pop()]
    while border:
        row, column = border.pop()
        size += 1
        for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if near in land:
                land.remove(near)
                border.append(near)
    largest = max(largest, size)
print(count, largest)
