def rotate(items, steps):
    if not items:
        return items
    steps %= len(items)
    return items[-steps:] + items[:-steps]
