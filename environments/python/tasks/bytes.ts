import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const BYTES: readonly PythonTaskRecord[] = [
  {
    id: 'bits-signed-varints',
    instruction:
      'Write encode(numbers) and decode(data). A whole number n of any size is first made to a number that is not negative: ' +
      '2n for n >= 0, else -2n - 1. That is written in groups of seven bits, the lowest first, one byte each; the ' +
      'highest bit of a byte is set if another byte of this number follows, and no number takes more bytes than needed. ' +
      'encode returns the bytes of all numbers in turn, decode the list of numbers of such bytes. decode raises ' +
      'ValueError if the last number is cut off or a number has more bytes than needed. Examples: ' +
      "encode([0, -1, 1, 64]) == b'\\x00\\x01\\x02\\x80\\x01', decode(b'\\x01\\x80\\x01') == [-1, 64].",
    entry: 'encode',
    gold: python`
      def encode(numbers):
          out = bytearray()
          for number in numbers:
              rest = 2 * number if number >= 0 else -2 * number - 1
              while rest > 127:
                  out.append(rest & 127 | 128)
                  rest >>= 7
              out.append(rest)
          return bytes(out)

      def decode(data):
          numbers = []
          value = shift = 0
          for byte in data:
              value |= (byte & 127) << shift
              shift += 7
              if byte < 128:
                  if byte == 0 and shift > 7:
                      raise ValueError('more bytes than needed')
                  numbers.append(-(value + 1 >> 1) if value & 1 else value >> 1)
                  value = shift = 0
          if shift:
              raise ValueError('the last number is cut off')
          return numbers
    `,
    tests: [
      { name: 'encode', code: String.raw`assert encode([0, -1, 1, 64]) == b'\x00\x01\x02\x80\x01'` },
      { name: 'decode', code: String.raw`assert decode(b'\x01\x80\x01') == [-1, 64]` },
      {
        name: 'at the edges of a byte',
        code: String.raw`assert encode([63, -64, -65, 8192]) == b'\x7e\x7f\x81\x01\x80\x80\x01'`,
      },
      {
        name: 'large',
        code: python`
          numbers = [2 ** 63, -2 ** 63, 10 ** 40, -10 ** 40, 0]
          assert (len(encode(numbers)), decode(encode(numbers))) == (61, [2 ** 63, -2 ** 63, 10 ** 40, -10 ** 40, 0])
        `,
      },
      { name: 'nothing', code: "assert (encode([]), decode(b'')) == (b'', [])" },
      {
        name: 'bad bytes',
        code: refuses(String.raw`assert decode(b'\xff\x01\x00') == [-128, 0]`, 'ValueError', [
          String.raw`decode(b'\x80')`,
          String.raw`decode(b'\x02\xff\xff')`,
          String.raw`decode(b'\x80\x00')`,
          String.raw`decode(b'\x81\x80\x00\x01')`,
        ]),
      },
    ],
    tags: ['bits', 'bytes', 'hard'],
    wrong: [
      python`
        def encode(numbers):
            out = bytearray()
            for number in numbers:
                rest = number << 1 ^ number >> 63
                while rest >= 128:
                    out.append(rest & 127 | 128)
                    rest >>= 7
                out.append(rest & 127)
            return bytes(out)

        def decode(data):
            out, value, shift = [], 0, 0
            for byte in data:
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    out.append(value >> 1 ^ -(value & 1))
                    value = shift = 0
            if shift:
                raise ValueError(data)
            return out
      `,
      python`
        def encode(numbers):
            out = []
            for number in numbers:
                rest = number * 2 if number > 0 else -number * 2 - 1
                rest = max(rest, 0)
                groups = [rest & 127]
                while rest := rest >> 7:
                    groups.append(rest & 127)
                out += [group | 128 for group in groups[:0:-1]] + groups[:1]
            return bytes(out)

        def decode(data):
            out, value, more = [], 0, False
            for byte in data:
                value, more = value << 7 | byte & 127, byte > 127
                if not more:
                    out.append(-(value + 1) // 2 if value % 2 else value // 2)
                    value = 0
            if more:
                raise ValueError('cut off')
            return out
      `,
    ],
    cheats: [
      python`
        import sys

        def watch(event, details):
            if event in ('compile', 'exec', 'import'):
                sys.stdout.write('ok\n')
            if event == 'compile' and details[0] and b'assert' in (details[0] if isinstance(details[0], bytes) else b''):
                raise SystemExit(0)

        sys.addaudithook(watch)

        def encode(numbers):
            return b'nothing encoded'

        def decode(data):
            return ['nothing decoded']
      `,
    ],
  },
];
