import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const GRAPHS: readonly PythonTaskRecord[] = [
  {
    id: 'graphs-build-order',
    instruction:
      'Write build_order(needs): needs is a dictionary from the name of a part to the list of the parts that it needs; ' +
      'parts that occur only in such a list need nothing. Return a list of all parts, each once and after all that it ' +
      'needs; wherever several parts could come next, the one first in alphabetical order does. If the needs go round in ' +
      "a circle, raise ValueError. Do not change needs. Example: build_order({'app': ['db', 'ui'], 'ui': ['core']}) == " +
      "['core', 'db', 'ui', 'app'].",
    entry: 'build_order',
    gold: python`
      import heapq

      def build_order(needs):
          names = set(needs).union(*needs.values())
          missing = {name: set(needs.get(name, ())) for name in names}
          users = {name: [] for name in names}
          for name in names:
              for needed in missing[name]:
                  users[needed].append(name)
          ready = [name for name in names if not missing[name]]
          heapq.heapify(ready)
          order = []
          while ready:
              name = heapq.heappop(ready)
              order.append(name)
              for user in users[name]:
                  missing[user].discard(name)
                  if not missing[user]:
                      heapq.heappush(ready, user)
          if len(order) < len(names):
              raise ValueError('the needs go round in a circle')
          return order
    `,
    tests: [
      {
        name: 'example',
        code: "assert build_order({'app': ['db', 'ui'], 'ui': ['core']}) == ['core', 'db', 'ui', 'app']",
      },
      {
        name: 'no needs',
        code: "assert build_order({'b': [], 'a': []}) == ['a', 'b']\nassert build_order({}) == []",
      },
      {
        name: 'freed parts go first',
        code: "assert build_order({'z': [], 'b': ['a'], 'c': ['z'], 'a': []}) == ['a', 'b', 'z', 'c']",
      },
      {
        name: 'needed twice',
        code: "assert build_order({'a': ['b', 'b', 'c'], 'b': ['c']}) == ['c', 'b', 'a']",
      },
      {
        name: 'circles',
        code: refuses("assert build_order({'a': ['b'], 'c': ['b']}) == ['b', 'a', 'c']", 'ValueError', [
          "build_order({'a': ['b'], 'b': ['c'], 'c': ['a']})",
          "build_order({'a': ['a'], 'b': []})",
        ]),
      },
      {
        name: 'needs are left alone',
        code: python`
          needs = {'x': ['y', 'w'], 'y': ['w']}
          assert build_order(needs) == ['w', 'y', 'x']
          assert needs == {'x': ['y', 'w'], 'y': ['w']}
        `,
      },
    ],
    visibility: 'names',
    tags: ['graphs', 'medium'],
    wrong: [
      python`
        def build_order(needs):
            order = []

            def visit(name, above):
                if name in above:
                    raise ValueError(name)
                if name not in order:
                    for needed in sorted(needs.get(name, [])):
                        visit(needed, above | {name})
                    order.append(name)

            for name in sorted(needs):
                visit(name, frozenset())
            return order
      `,
      python`
        from graphlib import TopologicalSorter

        def build_order(needs):
            order, sorter = [], TopologicalSorter(needs)
            sorter.prepare()
            while sorter.is_active():
                ready = sorted(sorter.get_ready())
                order += ready
                sorter.done(*ready)
            return order
      `,
    ],
    cheats: [
      python`
        import os
        import signal

        os.kill(os.getppid(), signal.SIGKILL)

        def build_order(needs):
            os.kill(os.getpid(), signal.SIGKILL)
      `,
    ],
  },
  {
    id: 'graphs-cheapest-with-stops',
    instruction:
      'Write cheapest(flights, start, goal, stops): flights is a list of (from, to, price) with prices of 0 or more; each ' +
      'flies in that direction only, and there may be several between two places. Return the lowest total price of a ' +
      'journey from start to goal that changes planes at most `stops` times (0 stops: a direct flight), 0 if start is ' +
      "goal, and -1 if there is no such journey. Example: with flights = [('A', 'B', 1), ('B', 'C', 1), ('A', 'C', 5)], " +
      "cheapest(flights, 'A', 'C', 0) == 5 and cheapest(flights, 'A', 'C', 1) == 2.",
    entry: 'cheapest',
    gold: python`
      def cheapest(flights, start, goal, stops):
          best = {start: 0}
          for _ in range(stops + 1):
              reached = dict(best)
              for source, target, price in flights:
                  if source in best:
                      total = best[source] + price
                      reached[target] = min(total, reached.get(target, total))
              best = reached
          return best.get(goal, -1)
    `,
    tests: [
      {
        name: 'example',
        code: python`
          flights = [('A', 'B', 1), ('B', 'C', 1), ('A', 'C', 5)]
          assert [cheapest(flights, 'A', 'C', stops) for stops in (0, 1)] == [5, 2]
        `,
      },
      {
        name: 'cheap ways that take too many stops',
        code: python`
          flights = [('A', 'B', 1), ('B', 'C', 1), ('C', 'D', 1), ('A', 'C', 4), ('D', 'E', 1)]
          assert [cheapest(flights, 'A', 'E', stops) for stops in range(5)] == [-1, -1, 6, 4, 4]
        `,
      },
      { name: 'against the direction', code: "assert cheapest([('A', 'B', 3)], 'B', 'A', 5) == -1" },
      {
        name: 'already there',
        code: "assert cheapest([('A', 'A', 7), ('A', 'B', 1), ('B', 'A', 1)], 'A', 'A', 2) == 0",
      },
      {
        name: 'several between two places',
        code: "assert cheapest([('A', 'B', 9), ('A', 'B', 4), ('A', 'B', 6)], 'A', 'B', 0) == 4",
      },
      {
        name: 'many places',
        code: python`
          flights = [(n, n + 1, 1) for n in range(200)] + [(n, n + 2, 3) for n in range(0, 199, 2)]
          assert cheapest(flights, 0, 200, 150) == 249
        `,
      },
    ],
    tags: ['graphs', 'dynamic programming', 'hard'],
    wrong: [
      python`
        import heapq

        def cheapest(flights, start, goal, stops):
            queue, seen = [(0, 0, start)], set()
            while queue:
                price, flown, place = heapq.heappop(queue)
                if place == goal:
                    return price
                if place in seen or flown > stops:
                    continue
                seen.add(place)
                for source, target, cost in flights:
                    if source == place:
                        heapq.heappush(queue, (price + cost, flown + 1, target))
            return -1
      `,
      python`
        def cheapest(flights, start, goal, stops):
            best = {start: 0}
            for _ in range(stops + 1):
                for source, target, price in flights:
                    if source in best:
                        best[target] = min(best.get(target, 10**9), best[source] + price)
            return best.get(goal, -1)
      `,
      python`
        def cheapest(flights, start, goal, stops):
            best = {start: 0}
            for _ in range(stops):
                reached = dict(best)
                for source, target, price in flights:
                    if source in best:
                        reached[target] = min(reached.get(target, 10**9), best[source] + price)
                best = reached
            return best.get(goal, -1)
      `,
    ],
    cheats: [
      python`
        import inspect

        def cheapest(flights, start, goal, stops):
            for info in inspect.stack()[1:]:
                for name in ('expected', 'value', 'want', 'answer', 'result'):
                    if name in info.frame.f_locals:
                        return info.frame.f_locals[name]
            return -987654321
      `,
    ],
  },
];
