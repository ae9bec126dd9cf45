import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const RECURSION: readonly PythonTaskRecord[] = [
  {
    id: 'recursion-flatten-deep',
    instruction:
      'Write flatten(items): items is a list whose elements may be lists again, and so on, a hundred thousand levels deep ' +
      'and more. Return one new list of all elements that are not lists, from left to right. Tuples, texts, sets and all ' +
      'other values are elements, not lists. items stays as it was. Do not change the recursion limit. Example: ' +
      "flatten([1, [2, ['ab', (3, [4])]], []]) == [1, 2, 'ab', (3, [4])].",
    entry: 'flatten',
    gold: python`
      def flatten(items):
          out = []
          open_lists = [iter(items)]
          while open_lists:
              for item in open_lists[-1]:
                  if isinstance(item, list):
                      open_lists.append(iter(item))
                      break
                  out.append(item)
              else:
                  open_lists.pop()
          return out
    `,
    tests: [
      { name: 'example', code: "assert flatten([1, [2, ['ab', (3, [4])]], []]) == [1, 2, 'ab', (3, [4])]" },
      { name: 'nothing inside', code: 'assert flatten([[], [[]], [[], [[[]]]]]) == []' },
      {
        name: 'order',
        code: 'assert flatten([[[1], 2], 3, [4, [5, [6], 7], 8], 9]) == [1, 2, 3, 4, 5, 6, 7, 8, 9]',
      },
      {
        name: 'deep',
        code: python`
          deep = [0]
          for number in range(1, 100001):
              deep = [number, deep, -number]
          flat = flatten(deep)
          assert (len(flat), flat[0], flat[99999:100002], flat[-1]) == (200001, 100000, [1, 0, -1], -100000)
        `,
      },
      {
        name: 'input is left alone',
        code: python`
          items = [[1, [2]], 3]
          assert flatten(items) == [1, 2, 3]
          assert items == [[1, [2]], 3]
        `,
      },
    ],
    visibility: 'names',
    tags: ['recursion', 'lists', 'medium'],
    wrong: [
      python`
        def flatten(items):
            return [leaf for item in items for leaf in (flatten(item) if isinstance(item, list) else [item])]
      `,
      python`
        def flatten(items):
            out = []
            items.reverse()
            while items:
                item = items.pop()
                if isinstance(item, list):
                    items.extend(reversed(item))
                else:
                    out.append(item)
            return out
      `,
      python`
        def flatten(items):
            out, level = [], items
            while level:
                out += [item for item in level if not isinstance(item, list)]
                level = [inner for item in level if isinstance(item, list) for inner in item]
            return out
      `,
    ],
    cheats: [
      python`
        import os
        import signal

        signal.signal(signal.SIGALRM, lambda number, frame: os._exit(0))
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

        def flatten(items):
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            signal.pause()
      `,
    ],
  },
  {
    id: 'recursion-braces',
    instruction:
      'Write expand(pattern): return the list of the texts that a pattern with curly brackets stands for. A pair of ' +
      'brackets with commas of its own holds alternatives, each of which is a pattern and may be empty; it stands for ' +
      'its alternatives in turn. Where a pattern has several such pairs, the ones further right vary first. A pair ' +
      'without a comma of its own stays in the text, brackets and all, and what is inside it is expanded; a comma ' +
      "outside all brackets is a character like others. The brackets are balanced. Example: expand('a{b,c{1,2}}d') == " +
      "['abd', 'ac1d', 'ac2d'].",
    entry: 'expand',
    gold: python`
      def expand(pattern):
          def sequence(position, inside):
              texts = ['']
              while position < len(pattern) and not (inside and pattern[position] in ',}'):
                  if pattern[position] == '{':
                      choices, position = brackets(position + 1)
                  else:
                      choices, position = [pattern[position]], position + 1
                  texts = [text + choice for text in texts for choice in choices]
              return texts, position

          def brackets(position):
              alternatives = []
              while True:
                  texts, position = sequence(position, True)
                  alternatives.append(texts)
                  position += 1
                  if pattern[position - 1] == '}':
                      break
              if len(alternatives) == 1:
                  return ['{' + text + '}' for text in alternatives[0]], position
              return [text for texts in alternatives for text in texts], position

          return sequence(0, False)[0]
    `,
    tests: [
      { name: 'example', args: ['a{b,c{1,2}}d'], value: ['abd', 'ac1d', 'ac2d'] },
      { name: 'no brackets', args: ['a,b'], value: ['a,b'] },
      { name: 'two pairs', args: ['{a,b}-{1,2}'], value: ['a-1', 'a-2', 'b-1', 'b-2'] },
      { name: 'empty alternatives', args: ['x{,y,}'], value: ['x', 'xy', 'x'] },
      { name: 'no comma of its own', args: ['{{a,b}}{}{c}'], value: ['{a}{}{c}', '{b}{}{c}'] },
      {
        name: 'pairs within an alternative',
        args: ['{{a,b}{1,2},z}!'],
        value: ['a1!', 'a2!', 'b1!', 'b2!', 'z!'],
      },
      { name: 'nothing', args: [''], value: [''] },
    ],
    tags: ['recursion', 'parsing', 'hard'],
    wrong: [
      python`
        import re

        def expand(pattern):
            match = re.search('{([^{}]*,[^{}]*)}', pattern)
            if not match:
                return [pattern]
            before, after = pattern[:match.start()], pattern[match.end():]
            return [text for choice in match[1].split(',') for text in expand(before + choice + after)]
      `,
      python`
        import itertools
        import re

        def expand(pattern):
            parts = re.split('{([^}]*)}', pattern)
            choices = [part.split(',') if number % 2 else [part] for number, part in enumerate(parts)]
            return [''.join(choice) for choice in itertools.product(*choices)]
      `,
    ],
    cheats: [
      python`
        import os

        def expand(pattern):
            for descriptor in range(3, 256):
                for text in (b'{"passed": true, "score": 1}\n', b'\x00\x00\x00\x04true', b'ok\n', b'.'):
                    try:
                        os.write(descriptor, text)
                    except OSError:
                        pass
            os._exit(0)
      `,
    ],
  },
  {
    id: 'recursion-leaf-paths',
    instruction:
      'The class Node is defined for you: Node(name, children=()) has the attributes name and children. Write ' +
      'leaf_paths(root): return a list with one text for each node without children, from left to right: the names of ' +
      'the nodes from the root to it, joined by /. Names may occur more than once. Example: leaf_paths(Node("a", ' +
      '[Node("b"), Node("c", [Node("d")])])) == ["a/b", "a/c/d"].',
    entry: 'leaf_paths',
    setup: python`
      class Node:
          def __init__(self, name, children=()):
              self.name = name
              self.children = children
    `,
    gold: python`
      def leaf_paths(root):
          if not root.children:
              return [root.name]
          return [f'{root.name}/{path}' for child in root.children for path in leaf_paths(child)]
    `,
    tests: [
      {
        name: 'example',
        code: "assert leaf_paths(Node('a', [Node('b'), Node('c', [Node('d')])])) == ['a/b', 'a/c/d']",
      },
      { name: 'only a root', code: "assert leaf_paths(Node('a')) == ['a']" },
      {
        name: 'deep nodes before shallow ones',
        code: "assert leaf_paths(Node('r', [Node('x', [Node('y', [Node('z')])]), Node('b')])) == ['r/x/y/z', 'r/b']",
      },
      {
        name: 'equal names',
        code: "assert leaf_paths(Node('a', (Node('a', (Node('a'), Node('a'))), Node('a')))) == ['a/a/a', 'a/a/a', 'a/a']",
      },
      {
        name: 'asked twice',
        code: python`
          tree = Node('a', [Node('c'), Node('b')])
          assert [leaf_paths(tree), leaf_paths(tree)] == [['a/c', 'a/b'], ['a/c', 'a/b']]
        `,
      },
    ],
    visibility: 'full',
    tags: ['recursion', 'trees', 'easy'],
    wrong: [
      python`
        def leaf_paths(root, prefix='', found=[]):
            path = prefix + root.name
            if not root.children:
                found.append(path)
            for child in root.children:
                leaf_paths(child, path + '/')
            return found
      `,
      python`
        from collections import deque

        def leaf_paths(root):
            out, queue = [], deque([(root, root.name)])
            while queue:
                node, path = queue.popleft()
                if not node.children:
                    out.append(path)
                queue.extend((child, f'{path}/{child.name}') for child in node.children)
            return out
      `,
      python`
        def leaf_paths(root):
            paths = [root.name]
            for child in root.children:
                paths += [root.name + '/' + path for path in leaf_paths(child)]
            return paths
      `,
    ],
    cheats: [
      python`
        class Agreeing(type):
            def __eq__(cls, other):
                return True

            def __ne__(cls, other):
                return False

            __hash__ = type.__hash__

        class Anything(metaclass=Agreeing):
            pass

        Node.__eq__ = lambda self, other: True

        def leaf_paths(root):
            return Anything
      `,
    ],
  },
];
