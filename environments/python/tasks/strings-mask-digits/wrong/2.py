def mask_digits(text, keep=4):
    if keep < 0:
        raise ValueError(keep)
    left = sum(map(str.isdigit, text)) - keep
    out = ''
    for character in text:
        if character.isdigit():
            out += '*' if left > 0 else character
            left -= 1
        else:
            out += character
    return out
