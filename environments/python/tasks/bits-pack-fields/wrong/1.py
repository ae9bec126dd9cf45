def pack(values, widths):
    number = shift = 0
    for value, width in zip(values, widths):
        number |= value << shift
        shift += width
    return number

def unpack(number, widths):
    out = []
    for width in widths:
        out.append(number & (1 << width) - 1)
        number >>= width
    return out
