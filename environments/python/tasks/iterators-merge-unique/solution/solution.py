import heapq

def merge_unique(*iterables):
    last = None
    for number in heapq.merge(*iterables):
        if last is None or number != last:
            last = number
            yield number
