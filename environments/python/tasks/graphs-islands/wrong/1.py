rows, columns = map(int, input().split())
grid = [list(input()) for _ in range(rows)]

def sink(row, column):
    if not (0 <= row < rows and 0 <= column < columns) or grid[row][column] == '.':
        return 0
    grid[row][column] = '.'
    return 1 + sink(row + 1, column) + sink(row - 1, column) + sink(row, column + 1) + sink(row, column - 1)

sizes = [size for row in range(rows) for column in range(columns) if (size := sink(row, column))]
print(len(sizes), max(sizes, default=0))
