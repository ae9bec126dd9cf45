from collections import deque

def windows(iterable, size, step=1):
    if size < 1 or step < 1:
        raise ValueError((size, step))
    window = deque(maxlen=size)
    for number, item in enumerate(iterable):
        window.append(item)
        if number >= size - 1 and (number - size + 1) % step == 0:
            yield tuple(window)
