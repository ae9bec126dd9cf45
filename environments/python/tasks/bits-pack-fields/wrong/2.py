def pack(values, widths):
    if len(values) != len(widths) or any(not 0 <= v <= 1 << w for v, w in zip(values, widths)):
        raise ValueError(values)
    return int(''.join(f'{v:0{w}b}' for v, w in zip(values, widths)), 2)

def unpack(number, widths):
    bits = f'{number:0{sum(widths)}b}'
    if len(bits) > sum(widths):
        raise ValueError(number)
    out = []
    for width in widths:
        out.append(int(bits[:width], 2))
        bits = bits[width:]
    return out
