def expand_field(field, low, high):
    out = []
    for part in field.split(','):
        span, _, step = part.partition('/')
        first, _, last = (f'{low}-{high}' if span == '*' else span).partition('-')
        first, last = int(first), int(last or (high if step else first))
        inside = [n for n in range(low, high + 1) if (first <= n <= last if first <= last else n >= first or n <= last)]
        out += inside[::int(step or 1)]
    return sorted(set(out))
