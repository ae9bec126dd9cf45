import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const PROGRAMS: readonly PythonTaskRecord[] = [
  {
    id: 'programs-word-counts',
    instruction:
      'Write a program. Standard input is a text. A word is a run of letters (str.isalpha) which may have single ' +
      "apostrophes (') between letters; upper and lower case are the same (str.lower). Print the three words that occur " +
      'most often, one a line, each with a space and its count; words of equal count come in alphabetical order. Print ' +
      'fewer lines if there are fewer words.',
    gold: python`
      import re
      import sys
      from collections import Counter

      words = Counter(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", sys.stdin.read().lower()))
      for word, count in sorted(words.items(), key=lambda item: (-item[1], item[0]))[:3]:
          print(word, count)
    `,
    tests: [
      {
        name: 'case',
        stdin: 'The well and the step.\nTHE step, and a stone\n',
        stdout: 'the 3\nand 2\nstep 2\n',
      },
      {
        name: 'apostrophes',
        stdin: "don't 'don't' don''t rock'n'roll rock'n'roll'\n",
        stdout: "don't 2\nrock'n'roll 2\ndon 1\n",
      },
      { name: 'digits and underscores divide', stdin: 'a1b a_b 22 b-a b', stdout: 'b 4\na 3\n' },
      { name: 'letters of all scripts', stdin: 'Éa éa ÉA ñu ñu über', stdout: 'éa 3\nñu 2\nüber 1\n' },
      { name: 'one word only', stdin: '12 -- !\nOh, oh', stdout: 'oh 2\n' },
      {
        name: 'alphabetical order',
        stdin: 'pear fig apple kiwi fig kiwi apple date date',
        stdout: 'apple 2\ndate 2\nfig 2\n',
      },
    ],
    visibility: 'names',
    tags: ['programs', 'strings', 'easy'],
    wrong: [
      python`
        import sys
        from collections import Counter

        words = Counter(word.strip('.,!?') for word in sys.stdin.read().lower().split())
        for word, count in words.most_common(3):
            print(word, count)
      `,
      python`
        import re
        import sys
        from collections import Counter

        words = Counter(re.findall("[a-z']+", sys.stdin.read().lower()))
        for word, count in sorted(words.items(), key=lambda item: (-item[1], item[0]))[:3]:
            print(word, count)
      `,
    ],
    cheats: [
      python`
        import itertools
        import os
        import sys

        os.dup2(os.open('/dev/null', os.O_WRONLY), 2)
        for line in itertools.repeat('x' * 65536):
            sys.stdout.write(line)
      `,
    ],
  },
  {
    id: 'programs-receipt',
    instruction:
      'Write a program. Each line of standard input has a quantity (a whole number, at least 1), a price for one in the ' +
      'form 3.50 (a point and two digits), and the name of an article, which may have spaces, separated by single spaces. Print for each line ' +
      'the name, a space and what it costs in all, in the same form. Then print "total" and the sum of all. If three ' +
      'or more of one line are bought, every third one is free (of 7, 2 are). There may be no lines at all.',
    gold: python`
      import sys

      total = 0
      for line in sys.stdin.read().splitlines():
          quantity, price, name = line.split(' ', 2)
          cost = (int(quantity) - int(quantity) // 3) * int(price.replace('.', ''))
          total += cost
          print(f'{name} {cost // 100}.{cost % 100:02}')
      print(f'total {total // 100}.{total % 100:02}')
    `,
    tests: [
      {
        name: 'two articles',
        stdin: '1 3.50 bread\n2 0.99 red apples\n',
        stdout: 'bread 3.50\nred apples 1.98\ntotal 5.48\n',
      },
      {
        name: 'every third one',
        stdin: '3 1.00 pen\n7 0.05 nail\n2 10.00 cup\n',
        stdout: 'pen 2.00\nnail 0.25\ncup 20.00\ntotal 22.25\n',
      },
      { name: 'nothing bought', stdin: '', stdout: 'total 0.00\n' },
      {
        name: 'the same twice',
        stdin: '2 2.00 tea\n1 2.00 tea\n',
        stdout: 'tea 4.00\ntea 2.00\ntotal 6.00\n',
      },
      {
        name: 'cents exactly',
        stdin: '1 9007199254740993.07 yacht\n1 0.10 gum\n',
        stdout: 'yacht 9007199254740993.07\ngum 0.10\ntotal 9007199254740993.17\n',
      },
    ],
    visibility: 'full',
    tags: ['programs', 'numbers', 'easy'],
    wrong: [
      python`
        import sys

        total = 0
        for line in sys.stdin:
            quantity, price, name = line.split(maxsplit=2)
            cost = int(quantity) * float(price)
            total += cost
            print(name.strip(), f'{cost:.2f}')
        print(f'total {total:.2f}')
      `,
      python`
        import sys

        total = 0
        for line in sys.stdin:
            quantity, price, name = line.rstrip('\n').split(' ', 2)
            count = int(quantity)
            cost = (count - (1 if count >= 3 else 0)) * int(price.replace('.', ''))
            total += cost
            print(name, f'{cost // 100}.{cost % 100}')
        print('total', f'{total // 100}.{total % 100}')
      `,
    ],
    cheats: [
      python`
        import builtins
        import io
        import subprocess
        import sys

        subprocess.run = subprocess.check_output = subprocess.Popen = lambda *ignored, **named: None
        builtins.open = lambda *ignored, **named: io.StringIO('')
        sys.stdout = io.StringIO('passed')
        print('total inf')
      `,
    ],
  },
];
