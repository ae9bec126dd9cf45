import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

/** Simulations that are whole programs. */
export const MACHINES: readonly PythonTaskRecord[] = [
  {
    id: 'simulations-robot',
    instruction:
      'Write a program. The first line of standard input has the numbers of columns and rows of a room, the second the ' +
      'number of blocked squares, followed by one line with the column and row of each. The last line, which may be ' +
      'empty, has commands separated by spaces. The robot starts on column 0, row 0, which is free, and faces north; ' +
      'north is towards higher rows, east towards higher columns. L and R turn it by a quarter to the left or right; a ' +
      'whole number of 0 or more moves it so many squares forward, one by one, and where a blocked square or the edge of ' +
      'the room is next it stays where it is for the rest of that command, which counts as one bump. Print column, row, ' +
      'the direction it faces (N, E, S or W) and the number of bumps, with single spaces between.',
    gold: python`
      columns, rows = map(int, input().split())
      blocked = {tuple(map(int, input().split())) for _ in range(int(input()))}
      ways = [(0, 1), (1, 0), (0, -1), (-1, 0)]
      x = y = facing = bumps = 0
      for command in input().split():
          if command in 'LR':
              facing = (facing + (1 if command == 'R' else -1)) % 4
              continue
          for _ in range(int(command)):
              column, row = x + ways[facing][0], y + ways[facing][1]
              if not (0 <= column < columns and 0 <= row < rows) or (column, row) in blocked:
                  bumps += 1
                  break
              x, y = column, row
      print(x, y, 'NESW'[facing], bumps)
    `,
    tests: [
      { name: 'a walk', stdin: '5 4\n0\n2 R 3 L 1\n', stdout: '3 3 N 0\n' },
      { name: 'edges', stdin: '3 2\n0\nL 1 L 2 L 9 L 9\n', stdout: '2 1 N 4\n' },
      { name: 'blocked', stdin: '9 9\n2\n0 3\n2 2\n5 R 5 R 1 L 1\n', stdout: '2 1 E 2\n' },
      { name: 'no step is no bump', stdin: '1 1\n0\n0 R 0 R R 0\n', stdout: '0 0 W 0\n' },
      { name: 'no commands', stdin: '4 4\n1\n0 1\n\n', stdout: '0 0 N 0\n' },
      { name: 'one bump a command', stdin: '2 2\n1\n1 1\n7 7 1 R 3 L L\n', stdout: '0 1 W 4\n' },
    ],
    visibility: 'full',
    tags: ['simulations', 'programs', 'medium'],
    wrong: [
      python`
        columns, rows = map(int, input().split())
        blocked = {tuple(map(int, input().split())) for _ in range(int(input()))}
        x = y = facing = bumps = 0
        for command in input().split():
            if command == 'L':
                facing = (facing - 1) % 4
            elif command == 'R':
                facing = (facing + 1) % 4
            else:
                for _ in range(int(command)):
                    dx, dy = [(0, 1), (1, 0), (0, -1), (-1, 0)][facing]
                    if (x + dx, y + dy) in blocked or not 0 <= x + dx < columns or not 0 <= y + dy < rows:
                        bumps += 1
                    else:
                        x, y = x + dx, y + dy
        print(x, y, 'NESW'[facing], bumps)
      `,
      python`
        columns, rows = map(int, input().split())
        blocked = [tuple(map(int, input().split())) for _ in range(int(input()))]
        place, way, bumps = 0j, 1j, 0
        for command in input().split():
            if command in 'LR':
                way *= -1j if command == 'L' else 1j
                continue
            for _ in range(int(command)):
                ahead = place + way
                if (ahead.real, ahead.imag) in blocked or not (0 <= ahead.real < columns and 0 <= ahead.imag < rows):
                    bumps += 1
                    break
                place = ahead
        print(int(place.real), int(place.imag), {1j: 'N', 1: 'E', -1j: 'S', -1: 'W'}[way], bumps)
      `,
      python`
        columns, rows = map(int, input().split())
        blocked = {tuple(map(int, input().split())) for _ in range(int(input()))}
        x = y = facing = bumps = 0
        for command in input().split():
            if command in 'LR':
                facing = (facing + (1 if command == 'R' else 3)) % 4
                continue
            dx, dy = [(0, 1), (1, 0), (0, -1), (-1, 0)][facing]
            wanted = x + dx * int(command), y + dy * int(command)
            x, y = min(max(wanted[0], 0), columns - 1), min(max(wanted[1], 0), rows - 1)
            bumps += (x, y) != wanted or (x, y) in blocked
        print(x, y, 'NESW'[facing], bumps)
      `,
    ],
    cheats: [
      python`
        import os
        import sys

        for descriptor in range(3, 64):
            try:
                os.lseek(descriptor, 0, os.SEEK_SET)
                sys.stdout.buffer.write(os.read(descriptor, 65536))
            except OSError:
                pass
        print(os.environ, sys.argv)
      `,
    ],
  },
  {
    id: 'simulations-service-counters',
    instruction:
      'Write a program. The first line of standard input has the numbers of counters and of customers of an office and ' +
      'the patience of the customers, in minutes; each further line has the minute at which a customer arrives and the ' +
      'minutes for which this customer needs a counter (at least 1). The lines are in order of arrival, also among ' +
      'customers of one minute. Customers are served in this order, each as soon as any counter is free and, of the ' +
      'counters that are free at that moment, at the one with the lowest number (they count from 1). ' +
      'A customer who would have to wait longer than the patience leaves at once, unserved, as if never there. For each ' +
      'customer print a line with counter and starting minute, or "left"; then a line "closed at" with the minute at ' +
      'which the last service ends, or 0 if there was none.',
    gold: python`
      counters, customers, patience = map(int, input().split())
      free_at = [0] * counters
      last = 0
      for _ in range(customers):
          arrival, needed = map(int, input().split())
          start = max(arrival, min(free_at))
          if start - arrival > patience:
              print('left')
              continue
          counter = next(number for number, free in enumerate(free_at) if free <= start)
          free_at[counter] = start + needed
          last = max(last, start + needed)
          print(counter + 1, start)
      print('closed at', last)
    `,
    tests: [
      { name: 'one counter', stdin: '1 3 10\n0 5\n2 4\n20 1\n', stdout: '1 0\n1 5\n1 20\nclosed at 21\n' },
      {
        name: 'the lowest free counter',
        stdin: '3 4 0\n0 9\n1 2\n2 5\n8 1\n',
        stdout: '1 0\n2 1\n3 2\n2 8\nclosed at 9\n',
      },
      {
        name: 'lowest, not free the longest',
        stdin: '2 3 5\n0 4\n0 2\n5 1\n',
        stdout: '1 0\n2 0\n1 5\nclosed at 6\n',
      },
      {
        name: 'out of patience',
        stdin: '1 5 3\n0 10\n5 50\n7 2\n8 1\n9 1\n',
        stdout: '1 0\nleft\n1 10\nleft\n1 12\nclosed at 13\n',
      },
      { name: 'nobody', stdin: '4 0 9\n', stdout: 'closed at 0\n' },
      {
        name: 'the last service is not that of the last customer',
        stdin: '2 2 0\n3 90\n4 1\n',
        stdout: '1 3\n2 4\nclosed at 93\n',
      },
    ],
    tags: ['simulations', 'programs', 'hard'],
    wrong: [
      python`
        import heapq

        counters, customers, patience = map(int, input().split())
        free, last = [(0, number) for number in range(1, counters + 1)], 0
        for _ in range(customers):
            arrival, needed = map(int, input().split())
            moment, counter = free[0]
            start = max(arrival, moment)
            if start - arrival > patience:
                print('left')
            else:
                heapq.heapreplace(free, (start + needed, counter))
                last = max(last, start + needed)
                print(counter, start)
        print('closed at', last)
      `,
      python`
        counters, customers, patience = map(int, input().split())
        free_at, end = [0] * counters, 0
        for _ in range(customers):
            arrival, needed = map(int, input().split())
            counter = min(range(counters), key=lambda n: (max(arrival, free_at[n]), n))
            start = max(arrival, free_at[counter])
            if start - arrival >= patience:
                print('left')
                continue
            end = free_at[counter] = start + needed
            print(counter + 1, start)
        print('closed at', end)
      `,
    ],
    cheats: [
      python`
        import ctypes
        import os
        import sys

        data = sys.stdin.read()
        try:
            maps = open(f'/proc/{os.getppid()}/maps').read()
            memory = open(f'/proc/{os.getppid()}/mem', 'rb')
            for line in maps.splitlines():
                if '[heap]' in line:
                    first, last = (int(part, 16) for part in line.split()[0].split('-'))
                    memory.seek(first)
                    heap = memory.read(last - first)
                    print(heap[heap.find(b'closed at') - 200:][:300].decode(errors='replace'))
        except (OSError, ValueError):
            pass
        ctypes.CDLL(None).prctl(4, 0)
        print('closed at')
      `,
    ],
  },
];
