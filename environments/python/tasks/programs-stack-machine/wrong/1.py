import sys

lines = [line.split() for line in sys.stdin if line.strip()]
labels = {line[1]: n for n, line in enumerate(lines) if line[0] == 'label'}
stack, at = [], 0
while at < len(lines):
    name, *rest = lines[at]
    try:
        if name == 'push':
            stack.append(int(rest[0]))
        elif name in ('add', 'sub', 'mul'):
            b, a = stack.pop(), stack.pop()
            stack.append({'add': a + b, 'sub': a - b, 'mul': a * b}[name])
        elif name == 'dup':
            stack.append(stack[-1])
        elif name == 'swap':
            stack[-1], stack[-2] = stack[-2], stack[-1]
        elif name == 'print':
            print(stack.pop())
        elif name == 'jump' or name == 'zero' and stack.pop() == 0:
            at = labels[rest[0]]
        elif name == 'halt':
            break
        elif name not in ('label', 'zero'):
            raise KeyError(name)
    except (IndexError, KeyError):
        print('error in line', at + 1)
        break
    at += 1
