def expand_field(field, low, high):
    out = set()
    for part in field.split(','):
        span, _, step = part.partition('/')
        if span == '*':
            first, last = low, high
        elif '-' in span:
            first, last = map(int, span.split('-'))
        else:
            first = last = int(span)
            if step:
                last = high
        out.update(range(first, last + 1, int(step or 1)))
    return sorted(out)
