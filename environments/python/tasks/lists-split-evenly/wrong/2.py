def split_evenly(items, parts):
    return [items[number::parts] for number in range(parts)]
