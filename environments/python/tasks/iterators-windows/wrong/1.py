def windows(iterable, size, step=1):
    if size < 1 or step < 1:
        raise ValueError((size, step))
    items = list(iterable)
    return iter([tuple(items[n:n + size]) for n in range(0, len(items) - size + 1, step)])
