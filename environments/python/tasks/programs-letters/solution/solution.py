import re
import sys

lines = sys.stdin.read().splitlines()
divide = lines.index('---')
letter = '\n'.join(lines[:divide])
for line in lines[divide + 1:]:
    person = {}
    for pair in line.split(';'):
        key, equals, value = pair.partition('=')
        if equals:
            person[key.strip()] = value.strip()

    def fill(found):
        if found[0] in ('{{', '}}'):
            return found[0][0]
        key, text = found[1], found[2]
        if text is not None:
            return person.get(key) or text[1:]
        return person[key]

    try:
        print(re.sub(r'\{\{|\}\}|\{([A-Za-z]+)(\|[^{}]*)?\}', fill, letter))
    except KeyError as error:
        print('missing', error.args[0])
    print('---')
