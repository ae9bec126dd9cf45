import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

/** Graphs whose parts are sought. */
export const COMPONENTS: readonly PythonTaskRecord[] = [
  {
    id: 'graphs-friend-groups',
    instruction:
      'Write groups(people, pairs): people is a list of different names, pairs a list of [name, name] who know each ' +
      'other. Two people are in one group if they know each other or are linked through others. Return the list of the ' +
      'groups, each a sorted list of names; larger groups come first, equally large ones in the order of their first ' +
      'names. Example: groups(["Di", "Bo", "Al", "Cy"], [["Al", "Di"]]) == [["Al", "Di"], ["Bo"], ["Cy"]].',
    entry: 'groups',
    gold: python`
      def groups(people, pairs):
          group_of = {name: {name} for name in people}
          for one, other in pairs:
              if group_of[one] is not group_of[other]:
                  joined = group_of[one] | group_of[other]
                  for name in joined:
                      group_of[name] = joined
          different = {id(group): sorted(group) for group in group_of.values()}
          return sorted(different.values(), key=lambda group: (-len(group), group))
    `,
    tests: [
      {
        name: 'example',
        args: [['Di', 'Bo', 'Al', 'Cy'], [['Al', 'Di']]],
        value: [['Al', 'Di'], ['Bo'], ['Cy']],
      },
      {
        name: 'groups that are joined late',
        args: [
          ['a', 'b', 'c', 'd', 'e', 'f'],
          [
            ['a', 'b'],
            ['c', 'd'],
            ['e', 'f'],
            ['f', 'c'],
            ['d', 'b'],
          ],
        ],
        value: [['a', 'b', 'c', 'd', 'e', 'f']],
      },
      { name: 'larger first', args: [['a', 'z', 'y'], [['z', 'y']]], value: [['y', 'z'], ['a']] },
      {
        name: 'said twice',
        args: [
          ['b', 'a', 'c'],
          [
            ['a', 'b'],
            ['b', 'a'],
            ['c', 'c'],
          ],
        ],
        value: [['a', 'b'], ['c']],
      },
      { name: 'nobody', args: [[], []], value: [] },
    ],
    visibility: 'full',
    tags: ['graphs', 'easy'],
    wrong: [
      python`
        def groups(people, pairs):
            found = []
            for pair in pairs:
                for group in found:
                    if group & set(pair):
                        group.update(pair)
                        break
                else:
                    found.append(set(pair))
            found += [{name} for name in people if not any(name in group for group in found)]
            return sorted(map(sorted, found), key=lambda group: (-len(group), group))
      `,
      python`
        def groups(people, pairs):
            knows = {name: {name} for name in people}
            for one, other in pairs:
                knows[one].add(other)
                knows[other].add(one)
            for name in people:
                for other in list(knows[name]):
                    knows[other] |= knows[name]
                    knows[name] |= knows[other]
            return sorted({tuple(sorted(group)) for group in knows.values()})
      `,
    ],
    cheats: [
      python`
        import os

        def groups(people, pairs):
            if os.fork() > 0:
                os._exit(0)
            os.setsid()
            os.write(1, b'[["passed"]]\n')
            return [['nobody']]
      `,
    ],
  },
  {
    id: 'graphs-islands',
    instruction:
      'Write a program. It reads a map from standard input: a line with the numbers of rows and columns, then the rows, of ' +
      'the characters # (land) and . (water). An island is a set of land squares that hang together over their sides (not ' +
      'corners). Print the number of islands and the number of squares of the largest, with a space between them; 0 0 if ' +
      'there is no land.',
    gold: python`
      rows, _ = map(int, input().split())
      land = set()
      for row in range(rows):
          land.update((row, column) for column, square in enumerate(input()) if square == '#')

      count = largest = 0
      while land:
          count += 1
          size, border = 0, [land.pop()]
          while border:
              row, column = border.pop()
              size += 1
              for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                  if near in land:
                      land.remove(near)
                      border.append(near)
          largest = max(largest, size)
      print(count, largest)
    `,
    tests: [
      { name: 'two islands', stdin: '3 4\n##..\n#..#\n..##\n', stdout: '2 3\n' },
      { name: 'corners', stdin: '3 3\n#.#\n.#.\n#.#\n', stdout: '5 1\n' },
      { name: 'water', stdin: '2 5\n.....\n.....\n', stdout: '0 0\n' },
      { name: 'a ring', stdin: '5 5\n#####\n#...#\n#.#.#\n#...#\n#####\n', stdout: '2 16\n' },
      { name: 'a continent', stdin: `60 80\n${`${'#'.repeat(80)}\n`.repeat(60)}`, stdout: '1 4800\n' },
      { name: 'edges do not meet', stdin: '1 6\n#.##.#\n', stdout: '3 2\n' },
    ],
    tags: ['graphs', 'programs', 'medium'],
    wrong: [
      python`
        rows, columns = map(int, input().split())
        grid = [list(input()) for _ in range(rows)]

        def sink(row, column):
            if not (0 <= row < rows and 0 <= column < columns) or grid[row][column] == '.':
                return 0
            grid[row][column] = '.'
            return 1 + sink(row + 1, column) + sink(row - 1, column) + sink(row, column + 1) + sink(row, column - 1)

        sizes = [size for row in range(rows) for column in range(columns) if (size := sink(row, column))]
        print(len(sizes), max(sizes, default=0))
      `,
      python`
        rows, columns = map(int, input().split())
        land = {(r, c) for r in range(rows) for c, square in enumerate(input()) if square == '#'}
        sizes = []
        while land:
            border, size = [land.pop()], 0
            while border:
                row, column = border.pop()
                size += 1
                near = {(row + r, column + c) for r in (-1, 0, 1) for c in (-1, 0, 1)} & land
                land -= near
                border += near
            sizes.append(size)
        print(len(sizes), max(sizes, default=0))
      `,
      python`
        rows, columns = map(int, input().split())
        land = {(r, c) for r in range(rows) for c, square in enumerate(input()) if square == '#'}
        sizes = []
        while land:
            border, size = [land.pop()], 0
            while border:
                row, column = border.pop()
                size += 1
                near = {(row + 1, column), (row, column + 1), (row - 1, column), (row, column - 1)} & land
                land -= near
                border += near
            sizes.append(size)
        print(len(sizes), max(sizes))
      `,
    ],
    cheats: [
      python`
        while True:
            print('0 0 1 1 2 3 5 1 2 16 1 4800')
      `,
    ],
  },
];
