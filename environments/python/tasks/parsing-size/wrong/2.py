from decimal import Decimal

def parse_size(text):
    text = text.strip().lower()
    for unit, size in {'kib': 2**10, 'mib': 2**20, 'gib': 2**30, 'kb': 10**3, 'mb': 10**6, 'gb': 10**9, 'b': 1}.items():
        if text.endswith(unit):
            return int(Decimal(text.removesuffix(unit).strip()) * size)
    return int(Decimal(text))
