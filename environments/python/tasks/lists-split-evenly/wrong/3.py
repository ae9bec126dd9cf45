def split_evenly(items, parts):
    cuts = [len(items) * number // parts for number in range(parts + 1)]
    return [items[start:end] for start, end in zip(cuts, cuts[1:])]
