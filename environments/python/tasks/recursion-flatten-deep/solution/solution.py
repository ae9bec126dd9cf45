def flatten(items):
    out = []
    open_lists = [iter(items)]
    while open_lists:
        for item in open_lists[-1]:
            if isinstance(item, list):
                open_lists.append(iter(item))
                break
            out.append(item)
        else:
            open_lists.pop()
    return out
