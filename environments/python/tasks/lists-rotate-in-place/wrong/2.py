def rotate(items, steps):
    items[:] = items[-steps:] + items[:-steps]
