def step(alive, width, height):
    def count(x, y):
        near = [(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
        return sum(cell in alive for cell in near)

    board = [(x, y) for x in range(width) for y in range(height)]
    return {cell for cell in board if count(*cell) == 3 or count(*cell) == 2 and cell in alive}
