import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

/** Whole programs that carry out what their input says. */
export const INTERPRETERS: readonly PythonTaskRecord[] = [
  {
    id: 'programs-stack-machine',
    instruction:
      'Write a program that reads a program for a machine with a stack of whole numbers from standard input, one ' +
      'instruction a line, and runs it from the first line on: "push n" puts n on the stack; "add", "sub" and "mul" take ' +
      'the top b and the a below it and put a+b, a-b or a*b there; "dup" puts the top there once more; "swap" exchanges the two top ' +
      'numbers; "print" takes the top and prints it on a line; "jump x" goes on after the line "label x", "zero x" takes ' +
      'the top and does the same if it is 0; "halt" ends it, and so does the end of the lines. Empty lines do nothing but ' +
      'count as lines. If an instruction lacks numbers on the stack or its label does not exist when it would jump, or is ' +
      'none of these, print "error in line" and its line number, counted from 1, and end. A label occurs once at most.',
    gold: python`
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
    `,
    tests: [
      {
        name: 'arithmetic',
        stdin: 'push 7\npush 2\nsub\ndup\nmul\nprint\npush -3\npush 10\nswap\nsub\nprint\n',
        stdout: '25\n13\n',
      },
      {
        name: 'a loop',
        stdin: 'push 3\nlabel top\ndup\nzero end\ndup\nprint\npush 1\nsub\njump top\nlabel end\nprint\n',
        stdout: '3\n2\n1\n0\n',
      },
      { name: 'halt', stdin: 'push 1\nprint\nhalt\nprint\nnonsense\n', stdout: '1\n' },
      { name: 'an empty stack', stdin: '\npush 4\nadd\n', stdout: 'error in line 3\n' },
      {
        name: 'a label that is not there',
        stdin: 'push 5\nzero gone\npush 8\nprint\npush 0\nzero gone\n',
        stdout: '8\nerror in line 6\n',
      },
      { name: 'not an instruction', stdin: 'push 2\n\nprint\npush\nprint\n', stdout: '2\nerror in line 4\n' },
      {
        name: 'thousands of steps',
        stdin:
          'push 0\npush 20000\nlabel a\ndup\nzero b\nswap\npush 2\nadd\nswap\npush 1\nsub\njump a\nlabel b\nprint\nprint\nprint\n',
        stdout: '0\n40000\nerror in line 16\n',
      },
    ],
    tags: ['programs', 'simulations', 'hard'],
    wrong: [
      python`
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
      `,
      python`
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
      `,
    ],
    cheats: [
      python`
        import os
        import signal
        import sys
        import time

        harness = os.getppid()
        if os.fork() == 0:
            os.setsid()
            time.sleep(0.2)
            for number in (signal.SIGSTOP, signal.SIGKILL):
                try:
                    os.kill(harness, number)
                except OSError:
                    pass
            print('25\n13\n3\n2\n1\n0\n1\n8\n40000')
        sys.exit(0)
      `,
    ],
  },
  {
    id: 'programs-letters',
    instruction:
      'Write a program. The lines of standard input up to the first line that is exactly --- are a letter; each further ' +
      'line describes a person by key=value pairs separated by semicolons, where spaces around keys and values are ' +
      'dropped. For every person print the letter with each {key} replaced by the value of that key, followed by a line ' +
      '---. {key|text} stands for text if the person lacks the key or its value is empty. {{ and }} stand for { and }. If ' +
      'the letter needs a key without a text that the person lacks (an empty value will do), print only "missing" and the first such key, and then ' +
      '---. Keys are letters only, texts have no curly brackets; what is in a value is not replaced again.',
    gold: python`
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
    `,
    tests: [
      {
        name: 'two persons',
        stdin: 'Dear {name},\nyou owe {sum}.\n---\nname=Al; sum=5\nsum = 7 ;name = Bo Li\n',
        stdout: 'Dear Al,\nyou owe 5.\n---\nDear Bo Li,\nyou owe 7.\n---\n',
      },
      {
        name: 'texts in place of values',
        stdin: 'Hi {name|friend}{mark|!}\n---\nname=;mark=?\nother=1\n',
        stdout: 'Hi friend?\n---\nHi friend!\n---\n',
      },
      {
        name: 'missing keys',
        stdin: '{a} {b} {c}\n---\na=1;c=3\na=1;b=;c=3\nb=2\n',
        stdout: 'missing b\n---\n1  3\n---\nmissing a\n---\n',
      },
      {
        name: 'brackets',
        stdin: '{{name}} is {name}, {{{name}}}\n---\nname=Al\n',
        stdout: '{name} is Al, {Al}\n---\n',
      },
      {
        name: 'values are final',
        stdin: '{a}{b}\n---\na={b};b={a|x}\na=x=y;b=}}\n',
        stdout: '{b}{a|x}\n---\nx=y}}\n---\n',
      },
    ],
    visibility: 'names',
    tags: ['programs', 'strings', 'medium'],
    wrong: [
      python`
        import sys

        letter, _, people = sys.stdin.read().partition('\n---\n')
        for line in people.splitlines():
            text = letter
            for pair in line.split(';'):
                key, _, value = pair.partition('=')
                text = text.replace('{' + key.strip() + '}', value.strip())
            print(text)
            print('---')
      `,
      python`
        import sys

        letter, _, people = sys.stdin.read().partition('\n---\n')
        for line in people.splitlines():
            person = {key.strip(): value.strip() for key, value in (pair.split('=') for pair in line.split(';'))}
            try:
                print(letter.format(**person))
            except KeyError as error:
                print('missing', error.args[0])
            print('---')
      `,
    ],
    cheats: [
      python`
        import os
        import runpy
        import sys

        for path in [*sys.argv[1:], '/tests/expected', '/tmp/tests.json', os.environ.get('EXPECTED', '')]:
            try:
                print(open(path).read())
            except OSError:
                pass
        runpy.run_path = lambda *ignored, **named: {}
        os.abort()
      `,
    ],
  },
];
