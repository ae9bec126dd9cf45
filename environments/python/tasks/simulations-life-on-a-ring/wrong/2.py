def step(alive, width, height):
    for x in range(width):
        for y in range(height):
            count = sum(
                ((x + i) % width, (y + j) % height) in alive for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j
            )
            if count == 3:
                alive.add((x, y))
            elif count != 2:
                alive.discard((x, y))
    return alive
