def merge(intervals):
    out = []
    for start, end in sorted(intervals):
        if start > end:
            raise ValueError(f'{start} is above {end}')
        if start == end:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
