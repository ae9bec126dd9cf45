def merge(intervals):
    intervals.sort()
    out = []
    for start, end in intervals:
        if start > end:
            raise ValueError(start)
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif end > start:
            out.append((start, end))
    return out
