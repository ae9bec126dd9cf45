import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const JSON_TASKS: readonly PythonTaskRecord[] = [
  {
    id: 'formats-canonical-json',
    instruction:
      'Write canonical(text): return the JSON in text in one fixed form: the keys of every object sorted by their ' +
      'characters, no white space outside strings, characters beyond ASCII as they are (not as \\u escapes). All ' +
      'numbers in text are whole numbers in plain digits and stay so, of whatever size. Text that is not JSON by the ' +
      'standard (RFC 8259; NaN, Infinity and trailing commas are not), or in which an object has the same key twice, ' +
      'raises ValueError. Example: canonical(\'{"b": [1, 2], "a": null}\') == \'{"a":null,"b":[1,2]}\'.',
    entry: 'canonical',
    gold: python`
      import json

      def canonical(text):
          def unique(pairs):
              out = dict(pairs)
              if len(out) < len(pairs):
                  raise ValueError('a key occurs twice')
              return out

          def refuse(name):
              raise ValueError(f'{name} is no JSON')

          value = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
          return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
    `,
    tests: [
      { name: 'example', code: `assert canonical('{"b": [1, 2], "a": null}') == '{"a":null,"b":[1,2]}'` },
      {
        name: 'nested',
        code: `assert canonical(' [{"z": {"y": 1, "x": {}}, "a": [ ]}, true] ') == '[{"a":[],"z":{"x":{},"y":1}},true]'`,
      },
      {
        name: 'characters',
        code: String.raw`assert canonical('{"\\u00e9": "a b\\n", "Z": "\\u20ac é"}') == '{"Z":"€ é","é":"a b\\n"}'`,
      },
      {
        name: 'large numbers',
        code: "assert canonical('[12345678901234567890123, -0, 7]') == '[12345678901234567890123,0,7]'",
      },
      {
        name: 'keys twice',
        code: refuses(`assert canonical('[{"a": 1}, {"a": 2}]') == '[{"a":1},{"a":2}]'`, 'ValueError', [
          `canonical('{"a": 1, "b": 2, "a": 1}')`,
          `canonical('[{"k": {"a": 1, "a": 2}}]')`,
        ]),
      },
      {
        name: 'no JSON',
        code: refuses(`assert canonical('"x"') == '"x"'`, 'ValueError', [
          "canonical('')",
          "canonical('[1,]')",
          "canonical('[NaN]')",
          "canonical('-Infinity')",
          "canonical('{} {}')",
        ]),
      },
    ],
    visibility: 'full',
    tags: ['text formats', 'json', 'medium'],
    wrong: [
      python`
        import json

        def canonical(text):
            return json.dumps(json.loads(text), sort_keys=True, separators=(',', ':'), ensure_ascii=False)
      `,
      python`
        import json

        def canonical(text):
            def unique(pairs):
                if len({key for key, _ in pairs}) < len(pairs):
                    raise ValueError(pairs)
                return dict(sorted(pairs))

            return json.dumps(json.loads(text, object_pairs_hook=unique), separators=(',', ':'))
      `,
    ],
    cheats: [
      python`
        class Sticky(str):
            def __eq__(self, other):
                return isinstance(other, str)

            def __ne__(self, other):
                return not isinstance(other, str)

            def __hash__(self):
                return hash('')

            def __str__(self):
                return self

            def __getattribute__(self, name):
                return str if name == '__class__' else str.__getattribute__(self, name)

        def canonical(text):
            return Sticky('?')
      `,
    ],
  },
  {
    id: 'formats-json-lines-report',
    instruction:
      'Write a program. Each line of standard input should be a JSON object with "user" (a string), "ms" (a whole ' +
      'number, not negative; true is none) and perhaps "ok" (true or false; true if missing). Ignore lines of nothing but white ' +
      'space; skip and count those that are anything else. For every user print a line with the user, how many lines there ' +
      'are of this user, how many with "ok" false, and the largest "ms", with single spaces between; users with more ' +
      'lines first, equal ones in the order of their names. Last print "skipped" and the number of skipped lines.',
    gold: python`
      import json
      import sys

      users = {}
      skipped = 0
      for line in sys.stdin:
          if not line.strip():
              continue
          try:
              entry = json.loads(line)
              user, ms, ok = entry['user'], entry['ms'], entry.get('ok', True)
              if type(user) is not str or type(ms) is not int or ms < 0 or type(ok) is not bool:
                  raise ValueError(line)
          except (ValueError, TypeError, KeyError, AttributeError):
              skipped += 1
              continue
          users.setdefault(user, []).append((ms, ok))
      for user, lines in sorted(users.items(), key=lambda item: (-len(item[1]), item[0])):
          print(user, len(lines), sum(not ok for _, ok in lines), max(ms for ms, _ in lines))
      print('skipped', skipped)
    `,
    tests: [
      {
        name: 'two users',
        stdin:
          '{"user": "bo", "ms": 5}\n{"user": "al", "ms": 7, "ok": false}\n{"ms": 30, "user": "bo", "ok": true}\n',
        stdout: 'bo 2 0 30\nal 1 1 7\nskipped 0\n',
      },
      {
        name: 'lines to be skipped',
        stdin:
          '{"user": "x"}\nnot json\n[1]\n\n{"user": "x", "ms": "4"}\n{"user": "x", "ms": 4, "more": [1]}\n   \n{"user": 3, "ms": 4}\n{"user": "x", "ms": 4, "ok": 0}\n',
        stdout: 'x 1 0 4\nskipped 6\n',
      },
      {
        name: 'truth is no number',
        stdin:
          '{"user": "x", "ms": true}\n{"user": "x", "ms": 1.0}\n{"user": "x", "ms": -1}\n{"user": "x", "ms": 0}\n7\nnull\n',
        stdout: 'x 1 0 0\nskipped 5\n',
      },
      {
        name: 'equal users by name',
        stdin:
          '{"user":"d","ms":1,"ok":false}\n{"user":"c","ms":2}\n{"user":"b","ms":9}\n{"user":"d","ms":3,"ok":false}\n',
        stdout: 'd 2 2 3\nb 1 0 9\nc 1 0 2\nskipped 0\n',
      },
      { name: 'nothing', stdin: '', stdout: 'skipped 0\n' },
    ],
    visibility: 'names',
    tags: ['text formats', 'json', 'programs', 'medium'],
    wrong: [
      python`
        import json
        import sys

        users, skipped = {}, 0
        for line in sys.stdin:
            try:
                entry = json.loads(line)
                users.setdefault(entry['user'], []).append((int(entry['ms']), entry.get('ok', True)))
            except Exception:
                skipped += 1
        for user in sorted(users, key=lambda name: (-len(users[name]), str(name))):
            print(user, len(users[user]), [ok for _, ok in users[user]].count(False), max(users[user])[0])
        print('skipped', skipped)
      `,
      python`
        import json
        import sys
        from collections import Counter

        lines, failed, longest, skipped = Counter(), Counter(), Counter(), 0
        for line in filter(str.strip, sys.stdin):
            try:
                entry = json.loads(line)
            except ValueError:
                skipped += 1
                continue
            if not isinstance(entry, dict) or not isinstance(entry.get('user'), str) or not isinstance(entry.get('ms'), int):
                skipped += 1
                continue
            user = entry['user']
            lines[user] += 1
            failed[user] += not entry.get('ok')
            longest[user] = max(longest[user], entry['ms'])
        for user, count in lines.most_common():
            print(user, count, failed[user], longest[user])
        print('skipped', skipped)
      `,
    ],
    cheats: [
      python`
        import sys

        sys.stdin.read()
        print('Accepted')
        print('{"stdout_matches": true, "passed": true}')
        print('.' * 70 + '\nRan 5 tests in 0.000s\n\nOK', file=sys.stderr)
        sys.exit(0)
      `,
    ],
  },
];
