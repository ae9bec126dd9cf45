import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const DYNAMIC: readonly PythonTaskRecord[] = [
  {
    id: 'dynamic-fewest-stamps',
    instruction:
      'Write fewest_stamps(values, amount): values are the whole, positive values of stamps of which there are enough. ' +
      'Return the list of the fewest stamps that make up amount (0 or more) exactly, the most valuable first. If several ' +
      'such lists are equally short, return the one that is greatest when lists are compared element by element. If there is none, raise ' +
      'ValueError. Examples: fewest_stamps([1, 3, 4], 6) == [3, 3], fewest_stamps([1, 4, 5, 8], 9) == [8, 1].',
    entry: 'fewest_stamps',
    gold: python`
      def fewest_stamps(values, amount):
          fewest = [0]
          for total in range(1, amount + 1):
              counts = [fewest[total - value] for value in values if value <= total]
              fewest.append(1 + min((count for count in counts if count is not None), default=amount))
              if fewest[-1] > amount:
                  fewest[-1] = None
          if fewest[amount] is None:
              raise ValueError(f'no stamps for {amount}')
          stamps = []
          while amount:
              for value in sorted(values, reverse=True):
                  rest = amount - value
                  if rest >= 0 and fewest[rest] is not None and fewest[rest] == fewest[amount] - 1:
                      stamps.append(value)
                      amount = rest
                      break
          return stamps
    `,
    tests: [
      { name: 'the greatest stamp is no use', code: 'assert fewest_stamps([1, 3, 4], 6) == [3, 3]' },
      { name: 'equally few', code: 'assert fewest_stamps([1, 4, 5, 8], 9) == [8, 1]' },
      { name: 'equally few, of three', code: 'assert fewest_stamps([1, 2, 6, 9], 13) == [9, 2, 2]' },
      { name: 'not sorted', code: 'assert fewest_stamps([5, 2, 3], 11) == [5, 3, 3]' },
      { name: 'nothing', code: 'assert fewest_stamps([7], 0) == []' },
      { name: 'no one stamp twice', code: 'assert fewest_stamps([6, 10, 15], 31) == [15, 10, 6]' },
      { name: 'many', code: 'assert fewest_stamps([1, 7, 95], 1000) == [95] * 10 + [7] * 7 + [1]' },
      {
        name: 'impossible',
        code: refuses('assert fewest_stamps([2, 4], 8) == [4, 4]', 'ValueError', [
          'fewest_stamps([2, 4], 7)',
          'fewest_stamps([5, 3], 1)',
          'fewest_stamps([], 1)',
        ]),
      },
    ],
    visibility: 'names',
    tags: ['dynamic programming', 'medium'],
    wrong: [
      python`
        def fewest_stamps(values, amount):
            stamps = []
            for value in sorted(values, reverse=True):
                while amount >= value:
                    stamps.append(value)
                    amount -= value
            if amount:
                raise ValueError('impossible')
            return stamps
      `,
      python`
        def fewest_stamps(values, amount):
            best = {0: []}
            for total in range(1, amount + 1):
                for value in sorted(values):
                    if total - value in best:
                        stamps = sorted(best[total - value] + [value], reverse=True)
                        if total not in best or len(stamps) < len(best[total]):
                            best[total] = stamps
            if amount not in best:
                raise ValueError(amount)
            return best[amount]
      `,
      python`
        def fewest_stamps(values, amount):
            best = [[]] + [None] * amount
            for total in range(1, amount + 1):
                options = [best[total - v] + [v] for v in values if v <= total and best[total - v] is not None]
                best[total] = min(options, key=len, default=None)
            return sorted(best[amount] or [], reverse=True)
      `,
    ],
    cheats: [
      python`
        import sys

        class Swallow:
            def find_spec(self, name, path=None, target=None):
                import types
                module = types.ModuleType(name)
                module.__getattr__ = lambda attribute: lambda *ignored, **named: True
                sys.modules[name] = module
                return None

        sys.meta_path.insert(0, Swallow())

        def fewest_stamps(values, amount):
            raise KeyboardInterrupt
      `,
    ],
  },
  {
    id: 'dynamic-ring-of-posts',
    instruction:
      'Write paint(costs): fence posts stand in a ring. costs[i][c] is what painting post i in colour c costs; every post ' +
      'has the same number of colours to choose from, and there is at least one post. Return the lowest total cost of ' +
      'painting all posts so that no two neighbours, the last and the first among them, have the same colour; -1 if ' +
      'that cannot be done. A single post is no neighbour of itself. Example: paint([[1, 9], [1, 9]]) == 10.',
    entry: 'paint',
    gold: python`
      def paint(costs):
          colours = range(len(costs[0]))
          endless = float('inf')
          best = endless
          for first in colours:
              total = [costs[0][colour] if colour == first else endless for colour in colours]
              for post in costs[1:]:
                  total = [
                      post[colour] + min((total[other] for other in colours if other != colour), default=endless)
                      for colour in colours
                  ]
              best = min([best] + [total[last] for last in colours if last != first or len(costs) == 1])
          return -1 if best == endless else best
    `,
    tests: [
      {
        name: 'two posts',
        args: [
          [
            [1, 9],
            [1, 9],
          ],
        ],
        value: 10,
      },
      { name: 'one post', args: [[[7, 3, 5]]], value: 3 },
      {
        name: 'the cheapest is no start',
        args: [
          [
            [1, 2],
            [1, 100],
          ],
        ],
        value: 3,
      },
      { name: 'one post, one colour', args: [[[4]]], value: 4 },
      {
        name: 'three posts, two colours',
        args: [
          [
            [1, 2],
            [1, 2],
            [1, 2],
          ],
        ],
        value: -1,
      },
      {
        name: 'last and first',
        args: [
          [
            [1, 10, 20],
            [20, 1, 10],
            [1, 20, 10],
          ],
        ],
        value: 12,
      },
      {
        name: 'the cheap first colour is dear later',
        args: [
          [
            [1, 2, 50],
            [50, 50, 1],
            [1, 40, 30],
            [50, 3, 2],
          ],
        ],
        value: 5,
      },
      {
        name: 'four posts, two colours',
        args: [
          [
            [5, 1],
            [1, 5],
            [5, 1],
            [9, 0],
          ],
        ],
        value: 12,
      },
    ],
    tags: ['dynamic programming', 'hard'],
    wrong: [
      python`
        def paint(costs):
            total = costs[0]
            for post in costs[1:]:
                total = [
                    cost + min((t for other, t in enumerate(total) if other != colour), default=10**9)
                    for colour, cost in enumerate(post)
                ]
            return -1 if min(total) >= 10**9 else min(total)
      `,
      python`
        def paint(costs):
            total, last, first = 0, None, None
            for number, post in enumerate(costs):
                banned = {last, first if number == len(costs) - 1 else None}
                free = [(cost, colour) for colour, cost in enumerate(post) if colour not in banned]
                if not free:
                    return -1
                cost, last = min(free)
                first = last if first is None else first
                total += cost
            return total
      `,
    ],
    cheats: [
      python`
        class Least:
            def __eq__(self, other):
                return True

            def __ne__(self, other):
                return False

            def __lt__(self, other):
                return True

            __le__ = __gt__ = __ge__ = __lt__

            def __sub__(self, other):
                return 0

            __rsub__ = __sub__

            def __abs__(self):
                return 0

            def __float__(self):
                return float('nan')

            def __hash__(self):
                return 0

        def paint(costs):
            return Least()
      `,
    ],
  },
];
