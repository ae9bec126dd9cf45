def gray_codes(bits):
    if bits == 0:
        return ['']
    codes = gray_codes(bits - 1)
    return [first + code for first in '01' for code in codes]
