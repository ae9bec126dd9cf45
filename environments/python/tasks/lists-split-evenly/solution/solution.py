def split_evenly(items, parts):
    size, longer = divmod(len(items), parts)
    out, start = [], 0
    for number in range(parts):
        end = start + size + (number < longer)
        out.append(items[start:end])
        start = end
    return out
