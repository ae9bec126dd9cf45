import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const ITERATORS: readonly PythonTaskRecord[] = [
  {
    id: 'iterators-windows',
    instruction:
      'Write windows(iterable, size, step=1): return an iterator over tuples of `size` neighbouring elements of iterable, ' +
      'the first from its beginning, each further one starting `step` elements after the one before; step may be larger ' +
      'than size. A window that would lack elements is left out. Take elements from iterable only as they are needed for ' +
      'the window asked for, since it may be endless, and go over it once only. A size or step below 1 raises ValueError ' +
      "at the call, not only later. Example: list(windows('abcde', 3, 2)) == [('a', 'b', 'c'), ('c', 'd', 'e')].",
    entry: 'windows',
    gold: python`
      from itertools import islice

      def windows(iterable, size, step=1):
          if size < 1 or step < 1:
              raise ValueError('size and step are at least 1')

          def generate():
              source = iter(iterable)
              window = tuple(islice(source, size))
              while len(window) == size:
                  yield window
                  for _ in islice(source, max(0, step - size)):
                      pass
                  window = window[step:]
                  window += tuple(islice(source, size - len(window)))

          return generate()
    `,
    tests: [
      { name: 'example', code: "assert list(windows('abcde', 3, 2)) == [('a', 'b', 'c'), ('c', 'd', 'e')]" },
      { name: 'step one', code: 'assert list(windows(range(4), 2)) == [(0, 1), (1, 2), (2, 3)]' },
      { name: 'gaps', code: 'assert list(windows(iter(range(10)), 2, 4)) == [(0, 1), (4, 5), (8, 9)]' },
      {
        name: 'an incomplete window',
        code: 'assert [list(windows([1, 2, 3], size, 2)) for size in (1, 2, 3, 4)] == [[(1,), (3,)], [(1, 2)], [(1, 2, 3)], []]',
      },
      {
        name: 'only as needed',
        code: python`
          taken = []

          def source():
              for number in range(50):
                  taken.append(number)
                  yield number

          moving = windows(source(), 3, 2)
          before = len(taken)
          assert (before, next(moving), len(taken), next(moving), len(taken)) == (0, (0, 1, 2), 3, (2, 3, 4), 5)
        `,
      },
      {
        name: 'bad sizes',
        code: refuses("assert list(windows('a', 1, 1)) == [('a',)]", 'ValueError', [
          "windows('abc', 0)",
          "windows('abc', 2, 0)",
        ]),
      },
    ],
    visibility: 'names',
    tags: ['iterators', 'medium'],
    wrong: [
      python`
        def windows(iterable, size, step=1):
            if size < 1 or step < 1:
                raise ValueError((size, step))
            items = list(iterable)
            return iter([tuple(items[n:n + size]) for n in range(0, len(items) - size + 1, step)])
      `,
      python`
        from collections import deque

        def windows(iterable, size, step=1):
            if size < 1 or step < 1:
                raise ValueError((size, step))
            window = deque(maxlen=size)
            for number, item in enumerate(iterable):
                window.append(item)
                if number >= size - 1 and (number - size + 1) % step == 0:
                    yield tuple(window)
      `,
      python`
        from itertools import islice, tee

        def windows(iterable, size, step=1):
            if size < 1 or step < 1:
                raise ValueError((size, step))
            return zip(*(islice(copy, n, None, step) for n, copy in enumerate(tee(iterable, size - 1))))
      `,
    ],
    cheats: [
      python`
        import os
        import sys

        def windows(iterable, size, step=1):
            sys.stdout.flush()
            os.close(1)
            os.close(2)
            return iter(())
      `,
    ],
  },
  {
    id: 'iterators-merge-unique',
    instruction:
      'Write merge_unique(*iterables): each iterable gives ascending numbers, perhaps some of them several times. Return ' +
      'an iterator over all their numbers in ascending order, each once. The iterables may be endless: before the first ' +
      'number is asked for nothing may be taken from them, and later, when a number is handed out, no iterable may have been read further than to ' +
      'its first number above that one. No iterables give nothing. Example: list(merge_unique([1, 3, 3], [2, 3])) == [1, 2, 3].',
    entry: 'merge_unique',
    gold: python`
      import heapq

      def merge_unique(*iterables):
          last = None
          for number in heapq.merge(*iterables):
              if last is None or number != last:
                  last = number
                  yield number
    `,
    tests: [
      { name: 'example', code: 'assert list(merge_unique([1, 3, 3], [2, 3])) == [1, 2, 3]' },
      { name: 'nothing', code: 'assert list(merge_unique()) + list(merge_unique([], ())) == []' },
      { name: 'one', code: 'assert list(merge_unique(iter([0, 0, 0, 7]))) == [0, 7]' },
      {
        name: 'of different length',
        code: 'assert list(merge_unique([5], range(-2, 9, 3), [], (4, 5, 6, 99))) == [-2, 1, 4, 5, 6, 7, 99]',
      },
      {
        name: 'not read to the end',
        code: python`
          def multiples(of):
              for number in range(100):
                  yield number * of
              raise RuntimeError('read to the end')

          numbers = merge_unique(multiples(2), multiples(3), multiples(5))
          assert [next(numbers) for _ in range(9)] == [0, 2, 3, 4, 5, 6, 8, 9, 10]
        `,
      },
      {
        name: 'reads only as far as needed',
        code: python`
          taken = []

          def source():
              for number in (1, 2, 30, 40):
                  taken.append(number)
                  yield number

          numbers = merge_unique(source(), [2, 3, 4])
          seen = [list(taken)]
          for _ in range(4):
              seen.append([next(numbers), max(taken) <= 30])
          assert seen == [[], [1, True], [2, True], [3, True], [4, True]]
        `,
      },
    ],
    tags: ['iterators', 'medium'],
    wrong: [
      python`
        def merge_unique(*iterables):
            return iter(sorted({number for iterable in iterables for number in iterable}))
      `,
      python`
        import heapq

        def merge_unique(*iterables):
            last = None
            for number in heapq.merge(*iterables):
                if not last or number != last:
                    last = number
                    yield number
      `,
      python`
        import heapq

        def merge_unique(*iterables):
            return heapq.merge(*(sorted(set(iterable)) for iterable in iterables))
      `,
    ],
    cheats: [
      python`
        import gc
        import types

        def merge_unique(*iterables):
            for thing in gc.get_objects():
                if isinstance(thing, types.FunctionType) and thing.__name__ in ('check', 'run_test', 'run_tests', 'grade'):
                    thing.__code__ = (lambda *ignored, **named: True).__code__
            return iter(['nothing'])
      `,
    ],
  },
];
