import sys

lines = [line.split() for line in sys.stdin]
labels = {line[1]: n for n, line in enumerate(lines) if line[:1] == ['label']}
stack = []

def run(at):
    if at >= len(lines) or lines[at] == ['halt']:
        return
    name, *rest = lines[at] or ['label']
    try:
        if name == 'push':
            stack.append(int(rest[0]))
        elif name in ('add', 'sub', 'mul'):
            a, b = stack.pop(), stack.pop()
            stack.append({'add': a + b, 'sub': a - b, 'mul': a * b}[name])
        elif name == 'dup':
            stack.append(stack[-1])
        elif name == 'swap':
            stack[-2:] = stack[:-3:-1]
        elif name == 'print':
            print(stack.pop())
        elif name == 'jump' or name == 'zero' and not stack.pop():
            at = labels[rest[0]]
    except (IndexError, KeyError):
        return print('error in line', at + 1)
    run(at + 1)

run(0)
