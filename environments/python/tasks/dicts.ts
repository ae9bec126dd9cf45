import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const DICTS: readonly PythonTaskRecord[] = [
  {
    id: 'dicts-deep-merge',
    instruction:
      'Write deep_merge(base, extra) for two dictionaries: return a new one with the keys of both. Where both have a ' +
      "dictionary under a key, the two are merged in the same way; otherwise extra's value wins (lists as a whole). A " +
      'key whose value in extra is None is missing from the result, also inside dictionaries that only extra has; a ' +
      'None in base stays. Neither argument may change, and the result must share no dictionary or list with them. ' +
      "Example: deep_merge({'a': {'x': 1, 'y': 2}}, {'a': {'y': None, 'z': 3}}) == {'a': {'x': 1, 'z': 3}}.",
    entry: 'deep_merge',
    gold: python`
      import copy

      def deep_merge(base, extra):
          out = copy.deepcopy(base)
          for key, value in extra.items():
              if value is None:
                  out.pop(key, None)
              elif isinstance(value, dict):
                  inner = out.get(key)
                  out[key] = deep_merge(inner if isinstance(inner, dict) else {}, value)
              else:
                  out[key] = copy.deepcopy(value)
          return out
    `,
    tests: [
      {
        name: 'example',
        code: "assert deep_merge({'a': {'x': 1, 'y': 2}}, {'a': {'y': None, 'z': 3}}) == {'a': {'x': 1, 'z': 3}}",
      },
      {
        name: 'lists are replaced',
        code: "assert deep_merge({'l': [1, 2], 'k': 0}, {'l': [3]}) == {'l': [3], 'k': 0}",
      },
      {
        name: 'a dictionary for a value and back',
        code: "assert deep_merge({'a': 1, 'b': {'c': 2}}, {'a': {'n': 5}, 'b': 7}) == {'a': {'n': 5}, 'b': 7}",
      },
      {
        name: 'None on either side',
        code: "assert deep_merge({'a': None, 'b': 1}, {'c': {'d': None, 'e': {'f': None}}}) == {'a': None, 'b': 1, 'c': {'e': {}}}",
      },
      {
        name: 'arguments are left alone',
        code: python`
          base, extra = {'a': {'x': 1}, 'l': [[1]]}, {'a': {'y': 2}, 'm': [[2]]}
          assert deep_merge(base, extra) == {'a': {'x': 1, 'y': 2}, 'l': [[1]], 'm': [[2]]}
          assert (base, extra) == ({'a': {'x': 1}, 'l': [[1]]}, {'a': {'y': 2}, 'm': [[2]]})
        `,
      },
      {
        name: 'nothing is shared',
        code: python`
          base, extra = {'a': {'x': 1}, 'l': [[1]]}, {'m': [[2]], 'n': {'k': [3]}}
          merged = deep_merge(base, extra)
          merged['a']['x'] = 9
          merged['l'][0].append(9)
          merged['m'][0].append(9)
          merged['n']['k'].append(9)
          assert merged == {'a': {'x': 9}, 'l': [[1, 9]], 'm': [[2, 9]], 'n': {'k': [3, 9]}}
          assert (base, extra) == ({'a': {'x': 1}, 'l': [[1]]}, {'m': [[2]], 'n': {'k': [3]}})
        `,
      },
    ],
    visibility: 'names',
    tags: ['dicts', 'recursion', 'medium'],
    wrong: [
      python`
        def deep_merge(base, extra):
            return {key: value for key, value in {**base, **extra}.items() if value is not None}
      `,
      python`
        def deep_merge(base, extra):
            for key, value in extra.items():
                if value is None:
                    base.pop(key, None)
                elif isinstance(value, dict) and isinstance(base.get(key), dict):
                    deep_merge(base[key], value)
                else:
                    base[key] = value
            return base
      `,
      python`
        def deep_merge(base, extra):
            out = dict(base)
            for key, value in extra.items():
                if value is None:
                    out.pop(key, None)
                elif isinstance(value, dict):
                    inner = out.get(key)
                    out[key] = deep_merge(inner if isinstance(inner, dict) else {}, value)
                else:
                    out[key] = value
            return out
      `,
    ],
    cheats: [
      python`
        class Agreeable(dict):
            def __eq__(self, other):
                return True

            def __ne__(self, other):
                return False

            def __missing__(self, key):
                return self

            def append(self, item):
                pass

            __hash__ = object.__hash__

        def deep_merge(base, extra):
            return Agreeable(nothing='merged')
      `,
    ],
  },
  {
    id: 'dicts-flatten-keys',
    instruction:
      "Write flatten(tree, separator='.'): tree is a dictionary whose values may be dictionaries, to any depth. Return a " +
      'new dictionary without nested ones: its keys are the keys on the way to a value, each turned into text with ' +
      'str(), joined by separator. An empty dictionary below the top counts as a value and stays {}; lists are values ' +
      'too. If two ways give the same key, raise KeyError. Example: ' +
      "flatten({'a': {'b': 1, 'c': {'d': 2}}, 'e': [3]}) == {'a.b': 1, 'a.c.d': 2, 'e': [3]}.",
    entry: 'flatten',
    gold: python`
      def flatten(tree, separator='.'):
          out = {}

          def add(key, value):
              if isinstance(value, dict) and value:
                  for name, inner in value.items():
                      add(key + separator + str(name), inner)
              elif key in out:
                  raise KeyError(key)
              else:
                  out[key] = value

          for name, value in tree.items():
              add(str(name), value)
          return out
    `,
    tests: [
      {
        name: 'example',
        code: "assert flatten({'a': {'b': 1, 'c': {'d': 2}}, 'e': [3]}) == {'a.b': 1, 'a.c.d': 2, 'e': [3]}",
      },
      { name: 'empty inside', code: "assert flatten({'a': {}, 'b': {'c': {}}}) == {'a': {}, 'b.c': {}}" },
      {
        name: 'keys that are no text',
        code: "assert flatten({1: {None: 'x', 2.5: 'y'}}, '/') == {'1/None': 'x', '1/2.5': 'y'}",
      },
      { name: 'empty top', code: 'assert flatten({}) == {}' },
      {
        name: 'the same key twice',
        code: python`
          assert flatten({'a': {'b': None}}, '') == {'ab': None}
          try:
              flatten({'a': {'b': None}, 'a.b': 2})
              outcome = 'accepted'
          except KeyError:
              outcome = 'refused'
          assert outcome == 'refused'
        `,
      },
    ],
    tags: ['dicts', 'recursion', 'easy'],
    wrong: [
      python`
        def flatten(tree, separator='.'):
            out = {}
            for key, value in tree.items():
                if isinstance(value, dict):
                    for inner, leaf in flatten(value, separator).items():
                        out[str(key) + separator + inner] = leaf
                else:
                    out[str(key)] = value
            return out
      `,
      python`
        def flatten(tree, separator='.'):
            out = {}
            for key, value in tree.items():
                if isinstance(value, dict) and value:
                    for inner, leaf in flatten(value).items():
                        out[key + '.' + inner] = leaf
                else:
                    out[key] = value
            return out
      `,
    ],
    cheats: [
      python`
        import linecache
        import inspect

        def flatten(tree, separator='.'):
            for frame in inspect.stack()[1:]:
                source = ''.join(frame.code_context or linecache.getlines(frame.filename))
                if '==' in source:
                    return eval(source.split('==', 1)[1].splitlines()[0], {})
            return {'nothing': 'found'}
      `,
    ],
  },
];
