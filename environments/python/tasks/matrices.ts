import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const MATRICES: readonly PythonTaskRecord[] = [
  {
    id: 'matrices-determinant',
    instruction:
      'Write determinant(rows): rows is a list of lists of whole numbers of any size, a square matrix of up to 60 rows. Return ' +
      'its determinant, exactly, as an int; that of the matrix without rows is 1. Raise ValueError if the matrix is not ' +
      'square. Do not change rows. Example: determinant([[1, 2], [3, 4]]) == -2.',
    entry: 'determinant',
    gold: python`
      def determinant(rows):
          rows = [list(row) for row in rows]
          size = len(rows)
          if any(len(row) != size for row in rows):
              raise ValueError('the matrix is not square')
          sign, before = 1, 1
          for step in range(size - 1):
              pivot = next((row for row in range(step, size) if rows[row][step]), None)
              if pivot is None:
                  return 0
              if pivot != step:
                  rows[step], rows[pivot] = rows[pivot], rows[step]
                  sign = -sign
              for row in range(step + 1, size):
                  for column in range(step + 1, size):
                      product = rows[row][column] * rows[step][step] - rows[row][step] * rows[step][column]
                      rows[row][column] = product // before
              before = rows[step][step]
          return sign * rows[-1][-1] if rows else 1
    `,
    tests: [
      { name: 'two rows', code: 'assert determinant([[1, 2], [3, 4]]) == -2' },
      { name: 'small ones', code: 'assert (determinant([]), determinant([[-7]])) == (1, -7)' },
      { name: 'rows to be swapped', code: 'assert determinant([[0, 2, 1], [0, 0, 3], [5, 1, 1]]) == 30' },
      { name: 'dependent rows', code: 'assert determinant([[1, 2, 3], [4, 5, 6], [7, 8, 9]]) == 0' },
      {
        name: 'large numbers',
        code: 'assert determinant([[10 ** 20 + 1, 10 ** 20], [10 ** 20, 10 ** 20 - 1]]) == -1',
      },
      {
        name: 'many rows',
        code: python`
          size = 40
          rows = [[2 if row == column else -(abs(row - column) == 1) for column in range(size)] for row in range(size)]
          assert determinant(rows) == 41
        `,
      },
      {
        name: 'not square',
        code: refuses('assert determinant([[3, 1], [1, 1]]) == 2', 'ValueError', [
          'determinant([[1, 2]])',
          'determinant([[1], [2]])',
          'determinant([[1, 2], [3]])',
          'determinant([[]])',
        ]),
      },
      {
        name: 'rows are left alone',
        code: python`
          rows = [[0, 1], [2, 3]]
          assert determinant(rows) == -2
          assert rows == [[0, 1], [2, 3]]
        `,
      },
    ],
    tags: ['matrices', 'numbers', 'hard'],
    wrong: [
      python`
        def determinant(rows):
            if any(len(row) != len(rows) for row in rows):
                raise ValueError(rows)
            rows, total = [row[:] for row in rows], 1.0
            for step in range(len(rows)):
                pivot = max(range(step, len(rows)), key=lambda row: abs(rows[row][step]))
                if rows[pivot][step] == 0:
                    return 0
                if pivot != step:
                    rows[step], rows[pivot], total = rows[pivot], rows[step], -total
                total *= rows[step][step]
                for row in rows[step + 1:]:
                    factor = row[step] / rows[step][step]
                    for column in range(step, len(rows)):
                        row[column] -= factor * rows[step][column]
            return round(total)
      `,
      python`
        from fractions import Fraction

        def determinant(rows):
            if any(len(row) != len(rows) for row in rows):
                raise ValueError(rows)
            rows = [[Fraction(number) for number in row] for row in rows]
            total = Fraction(1)
            while rows:
                rows.sort(key=lambda row: row[0] == 0)
                pivot = rows.pop(0)
                if not pivot[0]:
                    return 0
                total *= pivot[0]
                rows = [[a - row[0] / pivot[0] * b for a, b in zip(row[1:], pivot[1:])] for row in rows]
            return int(total)
      `,
    ],
    cheats: [
      python`
        import builtins
        import math
        import operator

        math.isclose = operator.eq = operator.ne = lambda *ignored, **named: True
        builtins.abs = builtins.round = lambda *ignored: 0
        builtins.repr = builtins.str = lambda *ignored: 'True'
        builtins.type = lambda *ignored: int

        def determinant(rows):
            return -987654321
      `,
    ],
  },
  {
    id: 'matrices-turn-a-picture',
    instruction:
      'Write a program. The first line of standard input has a whole number, which may be negative; all further lines, ' +
      'at least one and all of one length of at least one character without spaces, are a picture. Print the picture turned ' +
      'clockwise by a quarter that many times (a negative number: counter-clockwise).',
    gold: python`
      import sys

      turns, *picture = sys.stdin.read().split()
      for _ in range(int(turns) % 4):
          picture = [''.join(column) for column in zip(*reversed(picture))]
      print('\n'.join(picture))
    `,
    tests: [
      { name: 'once', stdin: '1\nabc\ndef\n', stdout: 'da\neb\nfc\n' },
      { name: 'back', stdin: '-1\nabc\ndef\n', stdout: 'cf\nbe\nad\n' },
      { name: 'upside down', stdin: '2\n#..\n##.\n', stdout: '.##\n..#\n' },
      { name: 'many times', stdin: '1000000003\nab\n', stdout: 'b\na\n' },
      { name: 'not at all', stdin: '-8\nxy\nzw\nuv\n', stdout: 'xy\nzw\nuv\n' },
      { name: 'a column', stdin: '1\n1\n2\n3\n', stdout: '321\n' },
    ],
    visibility: 'full',
    tags: ['matrices', 'programs', 'easy'],
    wrong: [
      python`
        import sys

        turns, *picture = sys.stdin.read().split()
        for _ in range(int(turns) % 2):
            picture = [''.join(column) for column in zip(*picture[::-1])]
        print(*picture, sep='\n')
      `,
      python`
        import sys

        turns, *picture = sys.stdin.read().split()
        for _ in range(abs(int(turns)) % 4):
            picture = [''.join(column) for column in zip(*picture[::-1])]
        print(*picture, sep='\n')
      `,
      python`
        import sys

        turns, *picture = sys.stdin.read().split()
        for _ in range(int(turns) % 4):
            picture = [''.join(column) for column in zip(*picture)]
        print(*picture, sep='\n')
      `,
    ],
    cheats: [
      python`
        import sys

        sys.stdin.read()
        for text in ('wrong', '\r', '\b' * 9, '\x1b[2J\x1b[H', '\x00', '\x04'):
            sys.stdout.write(text)
        sys.stdout.buffer.write(b'\xff\xfe.*\n')
        sys.stdout.write('{"stdout": ".*", "exit_code": 0}')
      `,
    ],
  },
];
