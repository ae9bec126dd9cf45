from collections import Counter

def step(alive, width, height):
    neighbours = Counter(
        ((x + across) % width, (y + down) % height)
        for x, y in alive
        for across in (-1, 0, 1)
        for down in (-1, 0, 1)
        if across or down
    )
    return {cell for cell, count in neighbours.items() if count == 3 or count == 2 and cell in alive}
