import heapq

def merge_unique(*iterables):
    return heapq.merge(*(sorted(set(iterable)) for iterable in iterables))
