def encode(numbers):
    out = bytearray()
    for number in numbers:
        rest = 2 * number if number >= 0 else -2 * number - 1
        while rest > 127:
            out.append(rest & 127 | 128)
            rest >>= 7
        out.append(rest)
    return bytes(out)

def decode(data):
    numbers = []
    value = shift = 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            if byte == 0 and shift > 7:
                raise ValueError('more bytes than needed')
            numbers.append(-(value + 1 >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift:
        raise ValueError('the last number is cut off')
    return numbers
