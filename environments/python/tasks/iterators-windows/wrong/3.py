from itertools import islice, tee

def windows(iterable, size, step=1):
    if size < 1 or step < 1:
        raise ValueError((size, step))
    return zip(*(islice(copy, n, None, step) for n, copy in enumerate(tee(iterable, size - 1))))
