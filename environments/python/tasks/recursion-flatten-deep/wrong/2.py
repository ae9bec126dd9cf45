def flatten(items):
    out = []
    items.reverse()
    while items:
        item = items.pop()
        if isinstance(item, list):
            items.extend(reversed(item))
        else:
            out.append(item)
    return out
