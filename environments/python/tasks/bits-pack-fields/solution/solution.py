def pack(values, widths):
    if len(values) != len(widths):
        raise ValueError('not as many values as widths')
    number = 0
    for value, width in zip(values, widths):
        if not 0 <= value < 1 << width:
            raise ValueError(f'{value} does not fit into {width} bits')
        number = number << width | value
    return number

def unpack(number, widths):
    if not 0 <= number < 1 << sum(widths):
        raise ValueError('no such number')
    values = []
    for width in reversed(widths):
        values.append(number & (1 << width) - 1)
        number >>= width
    return values[::-1]
