import sys

letter, _, people = sys.stdin.read().partition('\n---\n')
for line in people.splitlines():
    text = letter
    for pair in line.split(';'):
        key, _, value = pair.partition('=')
        text = text.replace('{' + key.strip() + '}', value.strip())
    print(text)
    print('---')
