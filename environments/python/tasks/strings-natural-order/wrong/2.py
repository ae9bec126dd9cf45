import re

def natural_sort(names):
    names.sort(key=lambda name: ([int(r) if r.isdigit() else r.casefold() for r in re.split('([0-9]+)', name)], name))
    return names
