def merge(intervals):
    if any(start > end for start, end in intervals):
        raise ValueError(intervals)
    out = []
    for start, end in sorted(intervals):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif start < end:
            out.append((start, end))
    return out
