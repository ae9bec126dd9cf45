def gray_codes(bits):
    codes = ['']
    for _ in range(bits):
        codes = ['0' + code for code in codes] + ['1' + code for code in reversed(codes)]
    return codes
