import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const LOOKAHEAD: readonly PythonTaskRecord[] = [
  {
    id: 'iterators-peekable',
    instruction:
      'Write a class Peekable(iterable), an iterator over the elements of iterable that can also look ahead: peek() ' +
      'returns the next element without consuming it and raises StopIteration if there is none, peek(default) then ' +
      'returns default; push(element) puts an element in front, so that it is the next one (of several, the one pushed ' +
      'last comes first), also after the end; bool() of it says whether there is a next element. Nothing is taken from ' +
      'iterable before it is needed, and never more than one element ahead. None is an element like others.',
    entry: 'Peekable',
    gold: python`
      NOTHING, END = object(), object()

      class Peekable:
          def __init__(self, iterable):
              self._source = iter(iterable)
              self._ahead = []

          def __iter__(self):
              return self

          def __next__(self):
              return self._ahead.pop() if self._ahead else next(self._source)

          def peek(self, default=NOTHING):
              if not self._ahead:
                  try:
                      self._ahead.append(next(self._source))
                  except StopIteration:
                      if default is NOTHING:
                          raise
                      return default
              return self._ahead[-1]

          def push(self, element):
              self._ahead.append(element)

          def __bool__(self):
              return self.peek(END) is not END
    `,
    tests: [
      {
        name: 'an iterator',
        code: "items = Peekable('abc')\nassert [next(items), list(items), list(items)] == ['a', ['b', 'c'], []]",
      },
      {
        name: 'looks ahead',
        code: 'items = Peekable([1, 2])\nassert [items.peek(), items.peek(), next(items), items.peek(), next(items)] == [1, 1, 1, 2, 2]',
      },
      {
        name: 'the end',
        code: python`
          items = Peekable(['x'])
          states = [bool(items), next(items), bool(items), items.peek('none'), items.peek(None)]
          try:
              items.peek()
          except StopIteration:
              states.append('over')
          assert states == [True, 'x', False, 'none', None, 'over']
        `,
      },
      {
        name: 'pushed elements',
        code: python`
          items = Peekable([1])
          items.push(2)
          items.push(3)
          seen = [items.peek(), next(items), next(items), next(items)]
          items.push(4)
          assert seen + list(items) == [3, 3, 2, 1, 4]
        `,
      },
      {
        name: 'None and other false elements',
        code: python`
          items = Peekable([None, 0, ''])
          assert [bool(items), items.peek(5), list(items), bool(items)] == [True, None, [None, 0, ''], False]
        `,
      },
      {
        name: 'one ahead at most',
        code: python`
          taken = []
          items = Peekable(taken.append(n) or n for n in range(20))
          counts = [len(taken)]
          for look in (items.peek, items.peek, items.__bool__, items.__next__, items.__next__, items.peek):
              look()
              counts.append(len(taken))
          assert counts == [0, 1, 1, 1, 1, 2, 3]
        `,
      },
    ],
    tags: ['iterators', 'classes', 'medium'],
    wrong: [
      python`
        class Peekable:
            def __init__(self, iterable):
                self.items = list(iterable)

            def __iter__(self):
                return self

            def __next__(self):
                if not self.items:
                    raise StopIteration
                return self.items.pop(0)

            def peek(self, *default):
                if not self.items:
                    if default:
                        return default[0]
                    raise StopIteration
                return self.items[0]

            def push(self, element):
                self.items.insert(0, element)

            def __bool__(self):
                return bool(self.items)
      `,
      python`
        class Peekable:
            def __init__(self, iterable):
                self.source, self.ahead = iter(iterable), None

            def __iter__(self):
                return self

            def __next__(self):
                element, self.ahead = self.ahead, None
                return next(self.source) if element is None else element

            def peek(self, *default):
                if self.ahead is None:
                    self.ahead = next(self.source, *default)
                return self.ahead

            def push(self, element):
                self.ahead = element

            def __bool__(self):
                return self.peek(None) is not None
      `,
    ],
    cheats: [
      python`
        import ast
        import sys

        class Forgiving(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.copy_location(ast.Pass(), node)

        real_parse = ast.parse
        ast.parse = lambda source, *rest, **named: Forgiving().visit(real_parse(source, *rest, **named))
        sys.flags = type('Flags', (), {'optimize': 2, '__getattr__': lambda self, name: 0})()

        class Peekable(list):
            peek = push = __next__ = lambda self, *ignored: 'nothing'
      `,
    ],
  },
];
