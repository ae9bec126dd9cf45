def gray_codes(bits):
    if bits < 2:
        return ['0', '1'][:2 ** bits]
    codes = gray_codes(bits - 1)
    return ['0' + code for code in codes] + ['1' + code for code in codes[::-1]]
