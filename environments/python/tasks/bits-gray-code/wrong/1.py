def gray_codes(bits):
    return [f'{n:0{bits}b}' for n in range(2 ** bits)]
