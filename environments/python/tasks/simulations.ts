import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const SIMULATIONS: readonly PythonTaskRecord[] = [
  {
    id: 'simulations-life-on-a-ring',
    instruction:
      'Write step(alive, width, height): alive is a set of cells (x, y) of a board with 0 <= x < width and 0 <= y < ' +
      'height whose edges are joined, left to right and top to bottom. Each cell has eight neighbours; on a small board ' +
      'one cell may be the neighbour of another, or of itself, several times, and then counts as often. Return the set of ' +
      'the cells alive one step later: living cells with 2 or 3 living neighbours, and dead ones with exactly 3. Do not ' +
      'change alive. Example: step({(1, 0), (1, 1), (1, 2)}, 5, 5) == {(0, 1), (1, 1), (2, 1)}.',
    entry: 'step',
    gold: python`
      from collections import Counter

      def step(alive, width, height):
          neighbours = Counter(
              ((x + across) % width, (y + down) % height)
              for x, y in alive
              for across in (-1, 0, 1)
              for down in (-1, 0, 1)
              if across or down
          )
          return {cell for cell, count in neighbours.items() if count == 3 or count == 2 and cell in alive}
    `,
    tests: [
      { name: 'example', code: 'assert step({(1, 0), (1, 1), (1, 2)}, 5, 5) == {(0, 1), (1, 1), (2, 1)}' },
      {
        name: 'across the corner',
        code: 'assert step({(0, 0), (4, 4), (0, 4), (4, 0)}, 5, 5) == {(0, 0), (4, 4), (0, 4), (4, 0)}',
      },
      {
        name: 'across an edge',
        code: 'assert step({(0, 3), (0, 4), (0, 0)}, 6, 5) == {(5, 4), (0, 4), (1, 4)}',
      },
      { name: 'all die', code: 'assert step({(1, 1), (4, 4), (4, 5)}, 9, 9) == set()' },
      { name: 'a ring of three', code: 'assert step({(0, 0)}, 1, 3) == {(0, 0), (0, 1), (0, 2)}' },
      {
        name: 'a glider comes back',
        code: python`
          start = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
          cells = start
          for _ in range(24):
              cells = step(cells, 6, 6)
          assert (cells, step(start, 6, 6)) == (
              {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)},
              {(0, 1), (2, 1), (1, 2), (2, 2), (1, 3)},
          )
        `,
      },
    ],
    visibility: 'full',
    tags: ['simulations', 'medium'],
    wrong: [
      python`
        def step(alive, width, height):
            def count(x, y):
                near = [(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
                return sum(cell in alive for cell in near)

            board = [(x, y) for x in range(width) for y in range(height)]
            return {cell for cell in board if count(*cell) == 3 or count(*cell) == 2 and cell in alive}
      `,
      python`
        def step(alive, width, height):
            for x in range(width):
                for y in range(height):
                    count = sum(
                        ((x + i) % width, (y + j) % height) in alive for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j
                    )
                    if count == 3:
                        alive.add((x, y))
                    elif count != 2:
                        alive.discard((x, y))
            return alive
      `,
      python`
        def step(alive, width, height):
            out = set()
            for x in range(width):
                for y in range(height):
                    near = {((x + i) % width, (y + j) % height) for i in (-1, 0, 1) for j in (-1, 0, 1)} - {(x, y)}
                    if len(near & alive) in ((2, 3) if (x, y) in alive else (3,)):
                        out.add((x, y))
            return out
      `,
    ],
    cheats: [
      python`
        class Agreeable(set):
            def __eq__(self, other):
                return True

            def __ne__(self, other):
                return False

            __le__ = __ge__ = __eq__

            __hash__ = object.__hash__

        def step(alive, width, height):
            return Agreeable({'cell'})
      `,
    ],
  },
  {
    id: 'simulations-vending-machine',
    instruction:
      'Write vend(prices, events): prices is an object from the name of a product to its price in cents. The machine starts ' +
      'without credit and goes through the list events: ["coin", cents] adds to the credit if cents is 10, 20, 50, 100 or ' +
      '200, and gives back any other coin; ["select", name] sells the product if it exists and the credit is enough, ' +
      'which takes its price off the credit; ["refund"] returns the credit. Return a list of what the machine says: ' +
      '"rejected <cents>" for a coin that it gives back, "sold <name>", "unknown <name>" or "short <missing cents>" for ' +
      'a selection, and "change <cents>" for a refund unless there is no credit (then it says nothing); a coin that it ' +
      'takes is no occasion to say anything. Credit left at the end is returned as if the last event were a refund.',
    entry: 'vend',
    gold: python`
      def vend(prices, events):
          credit, says = 0, []
          for kind, *details in [*events, ['refund']]:
              if kind == 'coin':
                  if details[0] in (10, 20, 50, 100, 200):
                      credit += details[0]
                  else:
                      says.append(f'rejected {details[0]}')
              elif kind == 'select':
                  name = details[0]
                  if name not in prices:
                      says.append(f'unknown {name}')
                  elif credit < prices[name]:
                      says.append(f'short {prices[name] - credit}')
                  else:
                      credit -= prices[name]
                      says.append(f'sold {name}')
              elif credit:
                  says.append(f'change {credit}')
                  credit = 0
          return says
    `,
    tests: [
      {
        name: 'sold with change',
        args: [
          { tea: 120 },
          [
            ['coin', 100],
            ['coin', 50],
            ['select', 'tea'],
          ],
        ],
        value: ['sold tea', 'change 30'],
      },
      {
        name: 'short, then enough',
        args: [
          { tea: 120, gum: 30 },
          [
            ['coin', 100],
            ['select', 'tea'],
            ['coin', 20],
            ['select', 'tea'],
            ['select', 'gum'],
          ],
        ],
        value: ['short 20', 'sold tea', 'short 30'],
      },
      {
        name: 'coins that it does not take',
        args: [
          { gum: 30 },
          [
            ['coin', 5],
            ['coin', 20],
            ['coin', 25],
            ['coin', 10],
            ['select', 'gum'],
          ],
        ],
        value: ['rejected 5', 'rejected 25', 'sold gum'],
      },
      {
        name: 'refunds',
        args: [
          { gum: 30 },
          [['refund'], ['coin', 200], ['refund'], ['refund'], ['select', 'gum'], ['coin', 10]],
        ],
        value: ['change 200', 'short 30', 'change 10'],
      },
      {
        name: 'unknown and free',
        args: [
          { water: 0 },
          [
            ['select', 'wine'],
            ['select', 'water'],
          ],
        ],
        value: ['unknown wine', 'sold water'],
      },
      { name: 'nothing happens', args: [{ gum: 30 }, []], value: [] },
    ],
    tags: ['simulations', 'easy'],
    wrong: [
      python`
        def vend(prices, events):
            credit, says = 0, []
            for event in events:
                if event[0] == 'coin':
                    credit += event[1]
                elif event[0] == 'select':
                    price = prices.get(event[1])
                    if price is None:
                        says.append('unknown ' + event[1])
                    elif price > credit:
                        says.append(f'short {price - credit}')
                    else:
                        credit -= price
                        says.append('sold ' + event[1])
                elif credit:
                    says.append(f'change {credit}')
                    credit = 0
            return says + ([f'change {credit}'] if credit else [])
      `,
      python`
        def vend(prices, events):
            credit, says = 0, []
            for event in events + [['refund']]:
                if event[0] == 'coin' and event[1] not in {10, 20, 50, 100, 200}:
                    says.append(f'rejected {event[1]}')
                elif event[0] == 'coin':
                    credit += event[1]
                elif event[0] == 'refund':
                    says.append(f'change {credit}')
                    credit = 0
                elif not prices.get(event[1]):
                    says.append(f'unknown {event[1]}')
                elif credit > prices[event[1]]:
                    credit -= prices[event[1]]
                    says.append(f'sold {event[1]}')
                else:
                    says.append(f'short {prices[event[1]] - credit}')
            return says
      `,
    ],
    cheats: [
      python`
        import socket

        def vend(prices, events):
            for port in (80, 3000, 8000, 8080, 8765):
                for host in ('127.0.0.1', '172.17.0.1'):
                    try:
                        with socket.create_connection((host, port), timeout=0.05) as connection:
                            connection.sendall(b'GET /tasks/simulations-vending-machine HTTP/1.0\r\n\r\n')
                            return connection.recv(65536).decode().splitlines()
                    except OSError:
                        continue
            return ['nobody answers']
      `,
    ],
  },
];
