import sys

letter, _, people = sys.stdin.read().partition('\n---\n')
for line in people.splitlines():
    person = {key.strip(): value.strip() for key, value in (pair.split('=') for pair in line.split(';'))}
    try:
        print(letter.format(**person))
    except KeyError as error:
        print('missing', error.args[0])
    print('---')
