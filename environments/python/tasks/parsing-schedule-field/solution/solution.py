def expand_field(field, low, high):
    numbers = set()
    for part in field.split(','):
        span, _, step = part.partition('/')
        first, dash, last = span.partition('-')
        if first == '*':
            way = range(low, high + 1)
        elif not dash:
            way = range(int(first), (high if step else int(first)) + 1)
        elif int(first) <= int(last):
            way = range(int(first), int(last) + 1)
        else:
            way = [*range(int(first), high + 1), *range(low, int(last) + 1)]
        numbers.update(way[::int(step or 1)])
    return sorted(numbers)
