import itertools
import re

def expand(pattern):
    parts = re.split('{([^}]*)}', pattern)
    choices = [part.split(',') if number % 2 else [part] for number, part in enumerate(parts)]
    return [''.join(choice) for choice in itertools.product(*choices)]
