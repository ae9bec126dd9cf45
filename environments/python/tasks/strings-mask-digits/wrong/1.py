import re

def mask_digits(text, keep=4):
    if keep < 0:
        raise ValueError(keep)
    return re.sub('[0-9]', '*', text[:-keep]) + text[-keep:]
