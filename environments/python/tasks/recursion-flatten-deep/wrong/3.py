def flatten(items):
    out, level = [], items
    while level:
        out += [item for item in level if not isinstance(item, list)]
        level = [inner for item in level if isinstance(item, list) for inner in item]
    return out
