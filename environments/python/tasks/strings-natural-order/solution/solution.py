import re

def natural_sort(names):
    def key(name):
        runs = re.split('([0-9]+)', name)
        return [int(run) if odd % 2 else run.casefold() for odd, run in enumerate(runs)], name
    return sorted(names, key=key)
