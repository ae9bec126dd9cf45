def merge(intervals):
    out = []
    for start, end in sorted(intervals):
        if start > end:
            raise ValueError(start)
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], end)
        elif start < end:
            out.append((start, end))
    return out
