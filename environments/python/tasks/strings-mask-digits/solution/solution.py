def mask_digits(text, keep=4):
    if keep < 0:
        raise ValueError('keep must not be negative')
    to_mask = sum(character in '0123456789' for character in text) - keep
    out = []
    for character in text:
        if character in '0123456789':
            out.append('*' if to_mask > 0 else character)
            to_mask -= 1
        else:
            out.append(character)
    return ''.join(out)
