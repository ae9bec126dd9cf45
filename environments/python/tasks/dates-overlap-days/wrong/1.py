from datetime import date

def overlap_days(first, second):
    start, end = max(first[0], second[0]), min(first[1], second[1])
    return max(0, (date.fromisoformat(end) - date.fromisoformat(start)).days)
