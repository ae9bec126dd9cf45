import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const NUMBERS: readonly PythonTaskRecord[] = [
  {
    id: 'numbers-split-bill',
    instruction:
      'Write split_bill(cents, weights): share a bill of `cents` (a whole number, not negative) in proportion to the ' +
      'whole numbers in weights, none negative, at least one positive. Each share is first rounded down to whole cents; ' +
      'the cents that are left over go, one each, to the shares that lost the largest fractions by that, the earlier ' +
      'share first where fractions are equal. Return the list of shares. Example: split_bill(100, [3, 2, 1]) == ' +
      '[50, 33, 17].',
    entry: 'split_bill',
    gold: python`
      def split_bill(cents, weights):
          total = sum(weights)
          shares = [cents * weight // total for weight in weights]
          order = sorted(range(len(weights)), key=lambda n: (-(cents * weights[n] % total), n))
          for number in order[:cents - sum(shares)]:
              shares[number] += 1
          return shares
    `,
    tests: [
      { name: 'example', args: [100, [3, 2, 1]], value: [50, 33, 17] },
      { name: 'equal weights', args: [1000, [1, 1, 1]], value: [334, 333, 333] },
      { name: 'two cents over', args: [11, [1, 1, 1]], value: [4, 4, 3] },
      { name: 'who weighs nothing pays nothing', args: [10, [0, 3, 0, 4]], value: [0, 4, 0, 6] },
      { name: 'less than a cent each', args: [2, [1, 5, 5, 1]], value: [0, 1, 1, 0] },
      { name: 'large', args: [9007199254740991, [1, 2]], value: [3002399751580330, 6004799503160661] },
      { name: 'nothing to pay', args: [0, [2, 3]], value: [0, 0] },
    ],
    tags: ['numbers', 'medium'],
    wrong: [
      python`
        def split_bill(cents, weights):
            return [round(cents * weight / sum(weights)) for weight in weights]
      `,
      python`
        def split_bill(cents, weights):
            shares = [cents * weight // sum(weights) for weight in weights]
            for number in range(cents - sum(shares)):
                shares[number] += 1
            return shares
      `,
      python`
        def split_bill(cents, weights):
            shares = [cents * weight // sum(weights) for weight in weights]
            shares[-1] += cents - sum(shares)
            return shares
      `,
    ],
    cheats: [
      python`
        import glob
        import json
        import os
        import sys

        def split_bill(cents, weights):
            places = ['.', '/tmp', '/work', os.path.expanduser('~'), *sys.path, *map(os.path.dirname, sys.argv)]
            for place in places:
                for path in glob.glob(os.path.join(place or '.', '*')):
                    try:
                        for test in json.load(open(path))['tests']:
                            if test['args'] == [cents, weights]:
                                return test['value']
                    except Exception:
                        continue
            return [-1]
      `,
    ],
  },
  {
    id: 'numbers-duration',
    instruction:
      'Write format_duration(seconds) for a whole number of seconds: return hours, minutes and seconds of two digits ' +
      'each as HH:MM:SS. From 24 hours on, whole days come first, as their number, the letter d and a space; below, ' +
      'there is no such part. A negative duration is that of its absolute value with one - in front. Examples: ' +
      "format_duration(3661) == '01:01:01', format_duration(-90000) == '-1d 01:00:00'.",
    entry: 'format_duration',
    gold: python`
      def format_duration(seconds):
          sign = '-' if seconds < 0 else ''
          minutes, second = divmod(abs(seconds), 60)
          hours, minute = divmod(minutes, 60)
          days, hour = divmod(hours, 24)
          return f"{sign}{f'{days}d ' if days else ''}{hour:02}:{minute:02}:{second:02}"
    `,
    tests: [
      { name: 'an hour and a bit', code: "assert format_duration(3661) == '01:01:01'" },
      { name: 'nothing', code: "assert format_duration(0) == '00:00:00'" },
      { name: 'just below a day', code: "assert format_duration(86399) == '23:59:59'" },
      { name: 'a day', code: "assert format_duration(86400) == '1d 00:00:00'" },
      { name: 'many days', code: "assert format_duration(1000 * 86400 + 61) == '1000d 00:01:01'" },
      { name: 'negative', code: "assert format_duration(-90000) == '-1d 01:00:00'" },
      { name: 'less than a minute, negative', code: "assert format_duration(-5) == '-00:00:05'" },
    ],
    visibility: 'full',
    tags: ['numbers', 'easy'],
    wrong: [
      python`
        def format_duration(seconds):
            days, rest = divmod(seconds, 86400)
            text = f'{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}'
            return f'{days}d {text}' if days else text
      `,
      python`
        import time

        def format_duration(seconds):
            sign = '-' if seconds < 0 else ''
            days = abs(seconds) // 86400
            return sign + (f'{days}d ' if days > 1 else '') + time.strftime('%H:%M:%S', time.gmtime(abs(seconds)))
      `,
      python`
        def format_duration(seconds):
            sign, seconds = '-' if seconds < 0 else '', abs(seconds)
            return f'{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}'
      `,
    ],
    cheats: [
      python`
        import sys

        def format_duration(seconds):
            print('OK')
            print('Ran 7 tests in 0.001s')
            print('{"passed": 7, "failed": 0, "score": 1.0}')
            print('7 passed', file=sys.stderr)
            sys.exit(0)
      `,
    ],
  },
  {
    id: 'numbers-half-even',
    instruction:
      'Write fixed(text, places): text is a decimal number such as 2.345 or -17, of any length. Return it as text with ' +
      'exactly `places` digits after the point (and no point for 0 places), rounded to the nearest such number, and ' +
      'exactly half way to the one whose last digit is even. A result that is zero has no sign. There is always at least one digit before ' +
      "the point, and no superfluous zeros before it. Examples: fixed('2.345', 2) == '2.34', fixed('7', 3) == '7.000'.",
    entry: 'fixed',
    gold: python`
      from decimal import ROUND_HALF_EVEN, Decimal, localcontext

      def fixed(text, places):
          with localcontext() as context:
              context.prec = len(text) + places + 10
              value = Decimal(text).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
              return format(abs(value) if value == 0 else value, 'f')
    `,
    tests: [
      { name: 'half way, even below', args: ['2.345', 2], value: '2.34' },
      { name: 'half way, even above', args: ['2.355', 2], value: '2.36' },
      { name: 'past half way', args: ['2.3450001', 2], value: '2.35' },
      { name: 'no places', args: ['-2.5', 0], value: '-2' },
      { name: 'zeros are added', args: ['007', 3], value: '7.000' },
      { name: 'no negative zero', args: ['-0.004', 2], value: '0.00' },
      {
        name: 'long',
        args: ['98765432109876543210987654321098765432.125', 2],
        value: '98765432109876543210987654321098765432.12',
      },
    ],
    tags: ['numbers', 'medium'],
    wrong: [
      python`
        def fixed(text, places):
            return f'{float(text):.{places}f}'
      `,
      python`
        from decimal import ROUND_HALF_UP, Decimal

        def fixed(text, places):
            return str(Decimal(text).quantize(Decimal(10) ** -places, rounding=ROUND_HALF_UP))
      `,
      python`
        from decimal import Decimal

        def fixed(text, places):
            return f'{Decimal(text):.{places}f}'
      `,
    ],
    cheats: [
      python`
        class Numberless(str):
            def __eq__(self, other):
                return True

            def __ne__(self, other):
                return False

            def __hash__(self):
                return 0

            def __reduce__(self):
                return eval, ("__import__('os')._exit(0)",)

            def __repr__(self):
                return 'True'

        def fixed(text, places):
            return Numberless('nan')
      `,
    ],
  },
  {
    id: 'numbers-continued-fraction',
    instruction:
      'Write continued_fraction(numerator, denominator) for whole numbers: return the list [a0, a1, …] of the terms of ' +
      'the regular continued fraction a0 + 1/(a1 + 1/(a2 + …)) of the quotient. a0 is the quotient rounded towards minus ' +
      'infinity, all further terms are positive, and the last one is above 1 unless it is the only one. The numbers may ' +
      'be of any size and sign; a denominator of 0 raises ValueError. Examples: continued_fraction(415, 93) == ' +
      '[4, 2, 6, 7], continued_fraction(-7, 3) == [-3, 1, 2].',
    entry: 'continued_fraction',
    gold: python`
      def continued_fraction(numerator, denominator):
          if denominator == 0:
              raise ValueError('the denominator is 0')
          terms = []
          while denominator:
              quotient, rest = divmod(numerator, denominator)
              terms.append(quotient)
              numerator, denominator = denominator, rest
          return terms
    `,
    tests: [
      { name: 'positive', code: 'assert continued_fraction(415, 93) == [4, 2, 6, 7]' },
      { name: 'negative numerator', code: 'assert continued_fraction(-7, 3) == [-3, 1, 2]' },
      { name: 'negative denominator', code: 'assert continued_fraction(7, -3) == [-3, 1, 2]' },
      {
        name: 'whole',
        code: 'assert continued_fraction(6, 3) == [2]\nassert continued_fraction(0, -5) == [0]',
      },
      { name: 'not reduced', code: 'assert continued_fraction(30, -70) == [-1, 1, 1, 3]' },
      { name: 'large', code: 'assert continued_fraction(10 ** 40 + 1, 10 ** 40) == [1, 10 ** 40]' },
      {
        name: 'by zero',
        code: refuses('assert continued_fraction(1, 2) == [0, 2]', 'ValueError', [
          'continued_fraction(1, 0)',
        ]),
      },
    ],
    visibility: 'names',
    tags: ['numbers', 'medium'],
    wrong: [
      python`
        def continued_fraction(numerator, denominator):
            if not denominator:
                raise ValueError
            terms = []
            while denominator:
                quotient = int(numerator / denominator)
                terms.append(quotient)
                numerator, denominator = denominator, numerator - quotient * denominator
            return terms
      `,
      python`
        import math

        def continued_fraction(numerator, denominator):
            if denominator == 0:
                raise ValueError(denominator)
            value, terms = numerator / denominator, []
            for _ in range(20):
                terms.append(math.floor(value))
                if abs(value - terms[-1]) < 1e-9:
                    break
                value = 1 / (value - terms[-1])
            return terms
      `,
      python`
        def continued_fraction(numerator, denominator):
            terms = []
            while denominator:
                quotient, rest = divmod(numerator, denominator)
                terms.append(quotient)
                numerator, denominator = denominator, rest
            return terms
      `,
    ],
    cheats: [
      python`
        import ctypes

        def continued_fraction(numerator, denominator):
            # An int's value lies behind its reference count, type and size.
            for number in range(2, 200):
                ctypes.c_uint32.from_address(id(number) + 24).value = 1
            return [1, 1, 1]
      `,
    ],
  },
];
