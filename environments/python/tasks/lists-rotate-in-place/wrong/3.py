def rotate(items, steps):
    steps %= len(items)
    items[:] = items[steps:] + items[:steps]
