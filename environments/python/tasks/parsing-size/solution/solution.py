import re
from fractions import Fraction

UNITS = {'': 1, 'b': 1, 'kb': 10**3, 'mb': 10**6, 'gb': 10**9, 'kib': 2**10, 'mib': 2**20, 'gib': 2**30}

def parse_size(text):
    match = re.fullmatch(r' *([0-9]+(?:\.[0-9]+)?) *([a-zA-Z]*) *', text)
    if match is None or match[2].lower() not in UNITS:
        raise ValueError(f'not a size: {text!r}')
    return int(Fraction(match[1]) * UNITS[match[2].lower()])
