import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const PARSING: readonly PythonTaskRecord[] = [
  {
    id: 'parsing-size',
    instruction:
      'Write parse_size(text): return the number of bytes that text stands for. It is a number of digits, perhaps with a ' +
      'point and more digits (1.5; not .5 and not 1.), then any number of spaces, then perhaps a unit: B, kB, MB, GB ' +
      '(powers of 1000), KiB, MiB or GiB (powers of 1024), in upper or lower case or mixed. Spaces around it all are ' +
      'ignored. The exact value is rounded down to a whole number. Anything else raises ValueError. Examples: ' +
      "parse_size('1.5 KiB') == 1536, parse_size('20') == 20.",
    entry: 'parse_size',
    gold: python`
      import re
      from fractions import Fraction

      UNITS = {'': 1, 'b': 1, 'kb': 10**3, 'mb': 10**6, 'gb': 10**9, 'kib': 2**10, 'mib': 2**20, 'gib': 2**30}

      def parse_size(text):
          match = re.fullmatch(r' *([0-9]+(?:\.[0-9]+)?) *([a-zA-Z]*) *', text)
          if match is None or match[2].lower() not in UNITS:
              raise ValueError(f'not a size: {text!r}')
          return int(Fraction(match[1]) * UNITS[match[2].lower()])
    `,
    tests: [
      { name: 'examples', code: "assert parse_size('1.5 KiB') == 1536\nassert parse_size('20') == 20" },
      { name: 'powers of 1000', code: "assert parse_size('2 mb') == 2000000" },
      { name: 'spaces', code: "assert parse_size('  3   B ') == 3" },
      { name: 'exactly', code: "assert parse_size('1.001 kB') == 1001" },
      {
        name: 'rounded down',
        code: "assert parse_size('0.9999GiB') == 1073634449\nassert parse_size('1.9') == 1",
      },
      {
        name: 'no size',
        code: refuses("assert parse_size('0KB') == 0", 'ValueError', [
          "parse_size('')",
          "parse_size('KiB')",
          "parse_size('-1 B')",
          "parse_size('.5 MB')",
          "parse_size('5 TB')",
          "parse_size('1e3')",
          "parse_size('1 2')",
        ]),
      },
    ],
    visibility: 'names',
    tags: ['parsing', 'easy'],
    wrong: [
      python`
        import re

        UNITS = {'': 1, 'b': 1, 'kb': 1000, 'mb': 1000**2, 'gb': 1000**3, 'kib': 1024, 'mib': 1024**2, 'gib': 1024**3}

        def parse_size(text):
            match = re.fullmatch(r'([0-9]+(?:\.[0-9]+)?) *([a-zA-Z]*)', text.strip())
            if not match or match[2].lower() not in UNITS:
                raise ValueError(text)
            return int(float(match[1]) * UNITS[match[2].lower()])
      `,
      python`
        from decimal import Decimal

        def parse_size(text):
            text = text.strip().lower()
            for unit, size in {'kib': 2**10, 'mib': 2**20, 'gib': 2**30, 'kb': 10**3, 'mb': 10**6, 'gb': 10**9, 'b': 1}.items():
                if text.endswith(unit):
                    return int(Decimal(text.removesuffix(unit).strip()) * size)
            return int(Decimal(text))
      `,
    ],
    cheats: [
      python`
        import sys

        def forgive(kind, value, trace):
            import os
            os._exit(0)

        sys.excepthook = forgive
        sys.unraisablehook = forgive

        def parse_size(text):
            raise AssertionError('nobody will hear of this')
      `,
    ],
  },
  {
    id: 'parsing-schedule-field',
    instruction:
      'Write expand_field(field, low, high): field says at which of the whole numbers from low to high something happens. ' +
      'It has one or more parts with commas between them: * (all of them), a number a, a range a-b, and each of these ' +
      'followed by /n, which takes the first and then every n-th of them; a/n means every n-th from a to high. Where b ' +
      'is below a, the range goes from a to high and on from low to b, and /n counts along this way. All numbers are ' +
      'within low and high, n is at least 1, and field is well formed. Return the sorted list of the numbers, each once. ' +
      "Example: expand_field('1-10/3,8', 0, 23) == [1, 4, 7, 8, 10].",
    entry: 'expand_field',
    gold: python`
      def expand_field(field, low, high):
          numbers = set()
          for part in field.split(','):
              span, _, step = part.partition('/')
              first, dash, last = span.partition('-')
              if first == '*':
                  way = range(low, high + 1)
              elif not dash:
                  way = range(int(first), (high if step else int(first)) + 1)
              elif int(first) <= int(last):
                  way = range(int(first), int(last) + 1)
              else:
                  way = [*range(int(first), high + 1), *range(low, int(last) + 1)]
              numbers.update(way[::int(step or 1)])
          return sorted(numbers)
    `,
    tests: [
      { name: 'example', args: ['1-10/3,8', 0, 23], value: [1, 4, 7, 8, 10] },
      { name: 'all', args: ['*', 1, 5], value: [1, 2, 3, 4, 5] },
      { name: 'every second from one', args: ['*/2', 1, 6], value: [1, 3, 5] },
      { name: 'from a number on', args: ['10/20', 0, 59], value: [10, 30, 50] },
      { name: 'sorted, once', args: ['9,1-3,2,2', 0, 10], value: [1, 2, 3, 9] },
      { name: 'around the end', args: ['22-2', 0, 23], value: [0, 1, 2, 22, 23] },
      { name: 'steps around the end', args: ['21-3/2', 0, 23], value: [1, 3, 21, 23] },
      { name: 'as numbers, not as text', args: ['2-10/8,11/1', 1, 12], value: [2, 10, 11, 12] },
    ],
    visibility: 'full',
    tags: ['parsing', 'medium'],
    wrong: [
      python`
        def expand_field(field, low, high):
            out = set()
            for part in field.split(','):
                span, _, step = part.partition('/')
                if span == '*':
                    first, last = low, high
                elif '-' in span:
                    first, last = map(int, span.split('-'))
                else:
                    first = last = int(span)
                    if step:
                        last = high
                out.update(range(first, last + 1, int(step or 1)))
            return sorted(out)
      `,
      python`
        def expand_field(field, low, high):
            out = []
            for part in field.split(','):
                span, _, step = part.partition('/')
                first, _, last = (f'{low}-{high}' if span == '*' else span).partition('-')
                first, last = int(first), int(last or (high if step else first))
                inside = [n for n in range(low, high + 1) if (first <= n <= last if first <= last else n >= first or n <= last)]
                out += inside[::int(step or 1)]
            return sorted(set(out))
      `,
    ],
    cheats: [
      python`
        import sys
        import types

        class Hollow(types.ModuleType):
            def __getattr__(self, name):
                return lambda *ignored, **named: True

        for name in ('json', 'pickle', 'unittest', 'math', 'ast', 'traceback'):
            sys.modules[name] = Hollow(name)

        def expand_field(field, low, high):
            return [-1]
      `,
    ],
  },
];
