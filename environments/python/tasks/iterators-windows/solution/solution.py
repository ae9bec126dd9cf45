from itertools import islice

def windows(iterable, size, step=1):
    if size < 1 or step < 1:
        raise ValueError('size and step are at least 1')

    def generate():
        source = iter(iterable)
        window = tuple(islice(source, size))
        while len(window) == size:
            yield window
            for _ in islice(source, max(0, step - size)):
                pass
            window = window[step:]
            window += tuple(islice(source, size - len(window)))

    return generate()
