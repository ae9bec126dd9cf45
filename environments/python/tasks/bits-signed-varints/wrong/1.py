def encode(numbers):
    out = bytearray()
    for number in numbers:
        rest = number << 1 ^ number >> 63
        while rest >= 128:
            out.append(rest & 127 | 128)
            rest >>= 7
        out.append(rest & 127)
    return bytes(out)

def decode(data):
    out, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            out.append(value >> 1 ^ -(value & 1))
            value = shift = 0
    if shift:
        raise ValueError(data)
    return out
