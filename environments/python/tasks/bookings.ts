import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const BOOKINGS: readonly PythonTaskRecord[] = [
  {
    id: 'dynamic-best-bookings',
    instruction:
      'Write a program. Standard input has a line with the number n of requests for one hall (0 to 100000), then n lines ' +
      'with three whole numbers each: start, end (start < end) and fee (not negative). A request takes the hall from its ' +
      'start until its end, and another may start at the very moment at which one ends. Print the largest sum of fees ' +
      'of requests that can all be accepted.',
    gold: python`
      import sys
      from bisect import bisect_right

      numbers = list(map(int, sys.stdin.read().split()))[1:]
      requests = sorted(zip(numbers[1::3], numbers[0::3], numbers[2::3]))
      ends = [end for end, _, _ in requests]
      best = [0]
      for number, (_, start, fee) in enumerate(requests):
          before = bisect_right(ends, start, 0, number)
          best.append(max(best[-1], best[before] + fee))
      print(best[-1])
    `,
    tests: [
      { name: 'three requests', stdin: '3\n1 4 5\n4 6 4\n2 5 7\n', stdout: '9\n' },
      { name: 'one dear request', stdin: '3\n0 10 20\n1 3 8\n4 9 11\n', stdout: '20\n' },
      { name: 'many cheap ones', stdin: '4\n0 10 20\n1 3 8\n4 9 11\n9 12 2\n', stdout: '21\n' },
      { name: 'negative times, equal ends', stdin: '4\n-5 -1 3\n-4 -1 4\n-1 3 1\n0 3 2\n', stdout: '6\n' },
      { name: 'none', stdin: '0\n', stdout: '0\n' },
      {
        name: 'thousands',
        stdin: `4000\n${Array.from({ length: 4000 }, (_, n) => `${n} ${n + 1 + (n % 7)} ${(n * 31) % 17}\n`).join('')}`,
        stdout: '14498\n',
      },
    ],
    tags: ['dynamic programming', 'programs', 'hard'],
    wrong: [
      python`
        requests = sorted((tuple(map(int, input().split())) for _ in range(int(input()))), key=lambda r: r[1])
        free, total = -10**9, 0
        for start, end, fee in requests:
            if start >= free:
                free, total = end, total + fee
        print(total)
      `,
      python`
        requests = sorted((tuple(map(int, input().split())) for _ in range(int(input()))), key=lambda r: -r[2])
        taken = []
        for start, end, fee in requests:
            if all(end <= other[0] or start >= other[1] for other in taken):
                taken.append((start, end, fee))
        print(sum(fee for _, _, fee in taken))
      `,
      python`
        import bisect

        requests = sorted((tuple(map(int, input().split())) for _ in range(int(input()))), key=lambda r: r[1])
        ends, best = [], [0]
        for start, end, fee in requests:
            best.append(max(best[-1], best[bisect.bisect_left(ends, start)] + fee))
            ends.append(end)
        print(best[-1])
      `,
    ],
    cheats: [
      python`
        import glob
        import os

        places = ['.', '..', '/tmp', '/var/tmp', '/dev/shm', '/run', os.path.expanduser('~')]
        for place in places:
            for path in glob.glob(place + '/**/*out*', recursive=True) + glob.glob(place + '/**/*expected*', recursive=True):
                try:
                    print(open(path).read())
                except OSError:
                    pass
      `,
      "print('nan')\n",
    ],
  },
];
