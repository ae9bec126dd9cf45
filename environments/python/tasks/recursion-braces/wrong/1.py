import re

def expand(pattern):
    match = re.search('{([^{}]*,[^{}]*)}', pattern)
    if not match:
        return [pattern]
    before, after = pattern[:match.start()], pattern[match.end():]
    return [text for choice in match[1].split(',') for text in expand(before + choice + after)]
