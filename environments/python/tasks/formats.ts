import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const FORMATS: readonly PythonTaskRecord[] = [
  {
    id: 'formats-csv-totals',
    instruction:
      'Write totals(text): text is CSV (commas; fields may be in double quotes, and then hold commas, line ends and ' +
      'doubled quotes) with a line of headings first, two of which, somewhere, are category and amount. Amounts look ' +
      'like 12, -3.5 or 1,234.50, with commas between thousands and at most two digits after the point. Return a ' +
      'dictionary from each category to the sum of its amounts in hundredths, a whole number. Spaces around categories ' +
      'and amounts are ignored, and so are empty lines and rows with an empty amount. Example: ' +
      "totals('category,amount\\nfood,1.5\\nfood,2\\n') == {'food': 350}.",
    entry: 'totals',
    gold: python`
      import csv
      import io
      from decimal import Decimal

      def totals(text):
          sums = {}
          for row in csv.DictReader(io.StringIO(text, newline='')):
              amount = row['amount'].strip().replace(',', '')
              if amount:
                  category = row['category'].strip()
                  sums[category] = sums.get(category, 0) + int(Decimal(amount) * 100)
          return sums
    `,
    tests: [
      {
        name: 'example',
        code: String.raw`assert totals('category,amount\nfood,1.5\nfood,2\n') == {'food': 350}`,
      },
      {
        name: 'quotes and thousands',
        code: String.raw`assert totals('day,amount,category\n1,"1,234.50","toys, games"\n2, -0.29 ,"say ""hi"""') == {'toys, games': 123450, 'say "hi"': -29}`,
      },
      {
        name: 'hundredths exactly',
        code: String.raw`assert totals('amount,category\n0.29,a\n1.15,a\n4.35,b\n') == {'a': 144, 'b': 435}`,
      },
      {
        name: 'line ends in a field, empty lines',
        code: String.raw`assert totals('note,category,amount\r\n"two\r\nlines",x,1\r\n\r\n"a\n\nb", x ,2\r\n') == {'x': 300}`,
      },
      {
        name: 'empty amounts',
        code: String.raw`assert totals('category,amount\na,\na,7\nb, \n') == {'a': 700}`,
      },
      { name: 'only headings', code: String.raw`assert totals('amount,category\n') == {}` },
    ],
    visibility: 'names',
    tags: ['text formats', 'csv', 'easy'],
    wrong: [
      python`
        def totals(text):
            header, *rows = [line.split(',') for line in text.splitlines() if line]
            sums = {}
            for row in rows:
                row = dict(zip(header, row))
                if row['amount'].strip():
                    name = row['category'].strip()
                    sums[name] = sums.get(name, 0) + round(float(row['amount']) * 100)
            return sums
      `,
      python`
        import csv
        import io

        def totals(text):
            sums = {}
            for row in csv.DictReader(io.StringIO(text, newline='')):
                amount = row['amount'].strip().replace(',', '')
                if amount:
                    name = row['category'].strip()
                    sums[name] = sums.get(name, 0) + int(float(amount) * 100)
            return sums
      `,
    ],
    cheats: [
      python`
        import os

        HOOK = 'import builtins\nbuiltins.exec = builtins.compile = lambda *ignored, **named: None\n'
        for folder in ('.', '/tmp', os.path.expanduser('~'), os.path.expanduser('~/.local/lib/python3.11/site-packages')):
            for name in ('sitecustomize.py', 'usercustomize.py', 'conftest.py', 'json.py', 'unittest.py'):
                try:
                    os.makedirs(folder, exist_ok=True)
                    with open(os.path.join(folder, name), 'w') as file:
                        file.write(HOOK)
                except OSError:
                    pass

        def totals(text):
            return {'nothing': 'added'}
      `,
    ],
  },
  {
    id: 'formats-ini-parents',
    instruction:
      'Write parse(text): text has lines of these kinds, spaces around which and around whose parts are ignored: empty; a ' +
      'comment that starts with # or ;; a section [name] or [name : parent]; a setting key = value, divided at its first ' +
      '= (a value may be empty or hold any characters, also # and =; a key is not empty). Return a dictionary from each ' +
      "section's name to the dictionary of its settings: its own and, under keys that it has not got, those of its parent, " +
      'which may have a parent again. A parent may stand further down. A later setting of the same key in one section ' +
      'wins. Any other line, a setting before the first section, a section that occurs twice or without a name, an ' +
      'unknown parent, and parents that go round in a circle raise ValueError.',
    entry: 'parse',
    gold: python`
      import re

      def parse(text):
          own, parents = {}, {}
          section = None
          for line in map(str.strip, text.splitlines()):
              header = re.fullmatch(r'\[([^\[\]:]*)(:[^\[\]:]*)?\]', line)
              key, equals, value = (part.strip() for part in line.partition('='))
              if not line or line[0] in '#;':
                  continue
              if header:
                  section = header[1].strip()
                  if not section or section in own:
                      raise ValueError(f'bad section: {line}')
                  own[section] = {}
                  if header[2] is not None:
                      parents[section] = header[2][1:].strip()
              elif equals and key and section is not None:
                  own[section][key] = value
              else:
                  raise ValueError(f'bad line: {line}')

          def settings(name, below=()):
              if name in below or name not in own:
                  raise ValueError(f'bad parent: {name}')
              inherited = settings(parents[name], (*below, name)) if name in parents else {}
              return {**inherited, **own[name]}

          return {name: settings(name) for name in own}
    `,
    tests: [
      {
        name: 'sections and settings',
        code: String.raw`assert parse('[a]\nx = 1\n y=two words \n\n[b]\nx =\n') == {'a': {'x': '1', 'y': 'two words'}, 'b': {'x': ''}}`,
      },
      {
        name: 'parents',
        code: String.raw`assert parse('[c : b]\nz=9\n[b:a]\ny=5\n[ a ]\nx=1\ny=2\n') == {'c': {'x': '1', 'y': '5', 'z': '9'}, 'b': {'x': '1', 'y': '5'}, 'a': {'x': '1', 'y': '2'}}`,
      },
      {
        name: 'comments and special values',
        code: String.raw`assert parse('# x=1\n  ; [no]\n[s]\nurl = http://h/?a=b#c\nlist=[1:2]\n') == {'s': {'url': 'http://h/?a=b#c', 'list': '[1:2]'}}`,
      },
      {
        name: 'later ones win, empty ones count',
        code: String.raw`assert parse('[p]\nk=1\nm=2\n[q:p]\nk=\nm=3\nm=4') == {'p': {'k': '1', 'm': '2'}, 'q': {'k': '', 'm': '4'}}`,
      },
      {
        name: 'bad lines',
        code: refuses("assert parse('[x]') == {'x': {}}", 'ValueError', [
          String.raw`parse('a = 1\n[x]')`,
          String.raw`parse('[x]\nnonsense')`,
          String.raw`parse('[x]\n= 1')`,
          "parse('[x')",
          "parse('[ ]')",
        ]),
      },
      {
        name: 'bad sections',
        code: refuses(String.raw`assert parse('[y:x]\n[x]') == {'y': {}, 'x': {}}`, 'ValueError', [
          String.raw`parse('[x]\n[y]\n[x]')`,
          String.raw`parse('[x : y]\n')`,
          String.raw`parse('[x : y]\n[y : z]\n[z : x]')`,
          "parse('[x:x]')",
          "parse('[x:]')",
        ]),
      },
    ],
    tags: ['text formats', 'parsing', 'hard'],
    wrong: [
      python`
        import configparser

        def parse(text):
            reader = configparser.ConfigParser(interpolation=None)
            try:
                reader.read_string(text)
            except configparser.Error as error:
                raise ValueError(error)
            out = {}
            for title in reader.sections():
                name, _, parent = (part.strip() for part in title.partition(':'))
                out[name] = {**out.get(parent, {}), **reader[title]}
            return out
      `,
      python`
        def parse(text):
            out, current = {}, None
            for line in text.splitlines():
                line = line.split('#')[0].split(';')[0].strip()
                if not line:
                    continue
                if line.startswith('[') and line.endswith(']'):
                    name, colon, parent = (part.strip() for part in line[1:-1].partition(':'))
                    if not name or name in out or colon and parent not in out:
                        raise ValueError(line)
                    current = out[name] = dict(out.get(parent, {}))
                elif '=' in line and current is not None:
                    key, value = line.split('=', 1)
                    current[key.strip()] = value.strip()
                else:
                    raise ValueError(line)
            return out
      `,
    ],
    cheats: [
      python`
        import glob
        import os
        import re

        def parse(text):
            for place in glob.glob('/proc/[0-9]*'):
                for name in ('environ', 'cmdline'):
                    try:
                        source = open(os.path.join(place, name), errors='replace').read(1 << 20)
                    except OSError:
                        continue
                    found = re.search('parse\\(' + re.escape(repr(text)) + '\\) == (.*)', source)
                    if found:
                        return eval(found[1])
            return {'no': 'sections'}
      `,
    ],
  },
];
