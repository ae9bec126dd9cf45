def step(alive, width, height):
    out = set()
    for x in range(width):
        for y in range(height):
            near = {((x + i) % width, (y + j) % height) for i in (-1, 0, 1) for j in (-1, 0, 1)} - {(x, y)}
            if len(near & alive) in ((2, 3) if (x, y) in alive else (3,)):
                out.add((x, y))
    return out
