import sys

lines = [line.split() for line in sys.stdin.read().splitlines()]
labels = {line[1]: number for number, line in enumerate(lines) if len(line) == 2 and line[0] == 'label'}
binary = {'add': lambda a, b: [a + b], 'sub': lambda a, b: [a - b], 'mul': lambda a, b: [a * b], 'swap': lambda a, b: [b, a]}

stack = []
at = 0
while at < len(lines):
    match lines[at]:
        case [] | ['label', _]:
            pass
        case ['halt']:
            break
        case ['push', number] if number.removeprefix('-').isdecimal():
            stack.append(int(number))
        case [('add' | 'sub' | 'mul' | 'swap') as name] if len(stack) > 1:
            stack[-2:] = binary[name](*stack[-2:])
        case ['dup'] if stack:
            stack.append(stack[-1])
        case ['print'] if stack:
            print(stack.pop())
        case ['jump', label] if label in labels:
            at = labels[label]
        case ['zero', label] if stack and (stack[-1] != 0 or label in labels):
            if stack.pop() == 0:
                at = labels[label]
        case _:
            print('error in line', at + 1)
            break
    at += 1
