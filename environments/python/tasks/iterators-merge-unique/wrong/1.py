def merge_unique(*iterables):
    return iter(sorted({number for iterable in iterables for number in iterable}))
