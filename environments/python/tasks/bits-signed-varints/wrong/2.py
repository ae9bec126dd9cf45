def encode(numbers):
    out = []
    for number in numbers:
        rest = number * 2 if number > 0 else -number * 2 - 1
        rest = max(rest, 0)
        groups = [rest & 127]
        while rest := rest >> 7:
            groups.append(rest & 127)
        out += [group | 128 for group in groups[:0:-1]] + groups[:1]
    return bytes(out)

def decode(data):
    out, value, more = [], 0, False
    for byte in data:
        value, more = value << 7 | byte & 127, byte > 127
        if not more:
            out.append(-(value + 1) // 2 if value % 2 else value // 2)
            value = 0
    if more:
        raise ValueError('cut off')
    return out
