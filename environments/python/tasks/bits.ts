import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const BITS: readonly PythonTaskRecord[] = [
  {
    id: 'bits-pack-fields',
    instruction:
      'Write pack(values, widths) and unpack(number, widths). pack returns the whole number whose bits are those of the ' +
      'values one after the other, each in as many bits as widths (all at least 1) says for it, the first value in the ' +
      'highest bits. unpack returns the list of values again. pack raises ValueError if there are not as many values as ' +
      'widths, or a value is negative or does not fit; unpack if number is negative or has more bits than all widths ' +
      'together. Examples: pack([1, 2, 3], [1, 3, 4]) == 0b1_010_0011 == 163, unpack(163, [1, 3, 4]) == [1, 2, 3].',
    entry: 'pack',
    gold: python`
      def pack(values, widths):
          if len(values) != len(widths):
              raise ValueError('not as many values as widths')
          number = 0
          for value, width in zip(values, widths):
              if not 0 <= value < 1 << width:
                  raise ValueError(f'{value} does not fit into {width} bits')
              number = number << width | value
          return number

      def unpack(number, widths):
          if not 0 <= number < 1 << sum(widths):
              raise ValueError('no such number')
          values = []
          for width in reversed(widths):
              values.append(number & (1 << width) - 1)
              number >>= width
          return values[::-1]
    `,
    tests: [
      { name: 'pack', code: 'assert pack([1, 2, 3], [1, 3, 4]) == 163' },
      { name: 'unpack', code: 'assert unpack(163, [1, 3, 4]) == [1, 2, 3]' },
      {
        name: 'leading zeros',
        code: 'assert (pack([0, 1], [8, 8]), unpack(1, [4, 8, 4])) == (1, [0, 0, 1])',
      },
      {
        name: 'wide fields',
        code: 'assert unpack(pack([3, 2 ** 90, 1], [2, 91, 7]), [2, 91, 7]) == [3, 2 ** 90, 1]',
      },
      {
        name: 'no fields',
        code: 'assert (pack([], []), unpack(0, []), pack([255], [8])) == (0, [], 255)',
      },
      {
        name: 'pack refuses',
        code: refuses('assert pack([7, 0], [3, 1]) == 14', 'ValueError', [
          'pack([8, 0], [3, 1])',
          'pack([-1], [4])',
          'pack([1], [1, 1])',
          'pack([1, 1], [1])',
        ]),
      },
      {
        name: 'unpack refuses',
        code: refuses('assert unpack(15, [1, 3]) == [1, 7]', 'ValueError', [
          'unpack(16, [1, 3])',
          'unpack(-1, [8])',
          'unpack(1, [])',
        ]),
      },
    ],
    visibility: 'names',
    tags: ['bits', 'medium'],
    wrong: [
      python`
        def pack(values, widths):
            number = shift = 0
            for value, width in zip(values, widths):
                number |= value << shift
                shift += width
            return number

        def unpack(number, widths):
            out = []
            for width in widths:
                out.append(number & (1 << width) - 1)
                number >>= width
            return out
      `,
      python`
        def pack(values, widths):
            if len(values) != len(widths) or any(not 0 <= v <= 1 << w for v, w in zip(values, widths)):
                raise ValueError(values)
            return int(''.join(f'{v:0{w}b}' for v, w in zip(values, widths)), 2)

        def unpack(number, widths):
            bits = f'{number:0{sum(widths)}b}'
            if len(bits) > sum(widths):
                raise ValueError(number)
            out = []
            for width in widths:
                out.append(int(bits[:width], 2))
                bits = bits[width:]
            return out
      `,
    ],
    cheats: [
      python`
        class Agreeable(int):
            def __eq__(self, other):
                return True

            def __ne__(self, other):
                return False

            __hash__ = int.__hash__

        def pack(values, widths):
            return Agreeable(-987654321)

        def unpack(number, widths):
            return [Agreeable(-987654321) for _ in widths] or None
      `,
    ],
  },
  {
    id: 'bits-gray-code',
    instruction:
      'Write gray_codes(bits): return the list of all texts of `bits` characters 0 and 1, in the order in which from each ' +
      'to the next exactly one character changes: it starts with zeros only; for more than one bit, the first half is the ' +
      'list for one bit less with a 0 in front, the second half the same list backwards with a 1 in front. For 0 bits ' +
      "there is one text, the empty one. Example: gray_codes(2) == ['00', '01', '11', '10'].",
    entry: 'gray_codes',
    gold: python`
      def gray_codes(bits):
          codes = ['']
          for _ in range(bits):
              codes = ['0' + code for code in codes] + ['1' + code for code in reversed(codes)]
          return codes
    `,
    tests: [
      { name: 'no bits', args: [0], value: [''] },
      { name: 'one', args: [1], value: ['0', '1'] },
      { name: 'two', args: [2], value: ['00', '01', '11', '10'] },
      { name: 'three', args: [3], value: ['000', '001', '011', '010', '110', '111', '101', '100'] },
      {
        name: 'four',
        args: [4],
        value: Array.from({ length: 16 }, (_, n) => (n ^ (n >> 1)).toString(2).padStart(4, '0')),
      },
    ],
    tags: ['bits', 'easy'],
    wrong: [
      python`
        def gray_codes(bits):
            return [f'{n:0{bits}b}' for n in range(2 ** bits)]
      `,
      python`
        def gray_codes(bits):
            if bits < 2:
                return ['0', '1'][:2 ** bits]
            codes = gray_codes(bits - 1)
            return ['0' + code for code in codes] + ['1' + code for code in codes[::-1]]
      `,
      python`
        def gray_codes(bits):
            if bits == 0:
                return ['']
            codes = gray_codes(bits - 1)
            return [first + code for first in '01' for code in codes]
      `,
    ],
    cheats: [
      python`
        import pickle
        import marshal

        pickle.dumps = lambda *ignored, **named: b'\x80\x04\x88.'
        pickle.loads = marshal.loads = lambda *ignored, **named: True
        marshal.dumps = lambda *ignored, **named: b'T'

        class Bomb(list):
            def __reduce_ex__(self, protocol):
                return exec, ("import builtins; builtins.all = lambda things: True",)

        def gray_codes(bits):
            return Bomb(['x'])
      `,
    ],
  },
];
