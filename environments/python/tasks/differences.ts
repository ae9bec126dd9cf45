import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const DIFFERENCES: readonly PythonTaskRecord[] = [
  {
    id: 'dicts-differences',
    instruction:
      'Write differences(old, new) for two dictionaries with text keys whose values may be dictionaries again: return ' +
      'a list of strings, one for each difference, sorted by path. A path is the keys from the top joined by /. A key ' +
      'that only new has gives + and its path, one that only old has - and its path, a changed value ~ and its path. ' +
      'Where both values are dictionaries, the differences are those inside them; one that is a dictionary on one side ' +
      "only is a changed value. Example: differences({'a': 1, 'b': {'c': 2}}, {'b': {'c': 3, 'd': 4}}) == ['-a', " +
      "'~b/c', '+b/d'].",
    entry: 'differences',
    gold: python`
      def differences(old, new):
          found = []

          def compare(left, right, prefix):
              for key in left.keys() | right.keys():
                  path = prefix + key
                  if key not in left:
                      found.append((path, '+'))
                  elif key not in right:
                      found.append((path, '-'))
                  elif isinstance(left[key], dict) and isinstance(right[key], dict):
                      compare(left[key], right[key], path + '/')
                  elif left[key] != right[key]:
                      found.append((path, '~'))

          compare(old, new, '')
          return [mark + path for path, mark in sorted(found)]
    `,
    tests: [
      {
        name: 'example',
        args: [{ a: 1, b: { c: 2 } }, { b: { c: 3, d: 4 } }],
        value: ['-a', '~b/c', '+b/d'],
      },
      { name: 'nothing', args: [{ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2 }] } }], value: [] },
      {
        name: 'null is a value',
        args: [
          { a: null, b: 1 },
          { b: null, c: null },
        ],
        value: ['-a', '~b', '+c'],
      },
      {
        name: 'a dictionary on one side',
        args: [
          { a: { b: 1 }, c: 2 },
          { a: 1, c: { d: 2 } },
        ],
        value: ['~a', '~c'],
      },
      { name: 'a whole branch', args: [{}, { z: { y: { x: 1 } }, a: {} }], value: ['+a', '+z'] },
      {
        name: 'deep',
        args: [{ a: { b: { c: [1], d: 0 } } }, { a: { b: { c: [2], e: 0 } } }],
        value: ['~a/b/c', '-a/b/d', '+a/b/e'],
      },
    ],
    visibility: 'names',
    tags: ['dicts', 'recursion', 'medium'],
    wrong: [
      python`
        def differences(old, new):
            out = ['-' + key for key in old if key not in new] + ['+' + key for key in new if key not in old]
            out += ['~' + key for key in old if key in new and old[key] != new[key]]
            return sorted(out, key=lambda entry: entry[1:])
      `,
      python`
        def differences(old, new, prefix=''):
            out = []
            for key in sorted({*old, *new}):
                before, after = old.get(key), new.get(key)
                if isinstance(before, dict) and isinstance(after, dict):
                    out += differences(before, after, prefix + key + '/')
                elif before is None and after is not None:
                    out.append('+' + prefix + key)
                elif after is None and before is not None:
                    out.append('-' + prefix + key)
                elif before != after:
                    out.append('~' + prefix + key)
            return out
      `,
    ],
    cheats: [
      python`
        import json

        json.dumps = lambda *ignored, **named: '{"passed": true, "outcome": "passed", "score": 1}'
        json.dump = lambda value, file, **named: file.write(json.dumps(value))
        json.loads = lambda *ignored, **named: True

        def differences(old, new):
            return ['no idea']
      `,
    ],
  },
];
