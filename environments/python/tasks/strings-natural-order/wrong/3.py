import re

def natural_sort(names):
    return sorted(names, key=lambda n: [int(r) if r.isdigit() else r.casefold() for r in re.split('([0-9]+)', n)])
