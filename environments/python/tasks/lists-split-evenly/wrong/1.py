def split_evenly(items, parts):
    size = -(-len(items) // parts)
    return [items[start:start + size] for start in range(0, len(items), size)]
