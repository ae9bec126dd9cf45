import re

UNITS = {'': 1, 'b': 1, 'kb': 1000, 'mb': 1000**2, 'gb': 1000**3, 'kib': 1024, 'mib': 1024**2, 'gib': 1024**3}

def parse_size(text):
    match = re.fullmatch(r'([0-9]+(?:\.[0-9]+)?) *([a-zA-Z]*)', text.strip())
    if not match or match[2].lower() not in UNITS:
        raise ValueError(text)
    return int(float(match[1]) * UNITS[match[2].lower()])
