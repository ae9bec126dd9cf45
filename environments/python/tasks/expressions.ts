import type { PythonTaskRecord } from '../task.ts';
import { python, refuses } from './source.ts';

export const EXPRESSIONS: readonly PythonTaskRecord[] = [
  {
    id: 'parsing-expression',
    instruction:
      'Write evaluate(text): return the whole number that the expression in text stands for. It has whole numbers of the ' +
      'digits 0 to 9, the operators + - * and ^ (power), a sign - before an operand, and round brackets; spaces may stand ' +
      'between any of these. ^ binds tightest and to the right (2^3^2 is 2^9), then the sign - (so -2^2 is -4), then *, ' +
      'then + and -, which like * bind to the left. A sign may also stand directly after an operator or another sign ' +
      '(2--3, 2*-3, 2^-0). There is no sign +. Anything else, also an empty text or a negative exponent, raises ' +
      "ValueError. Example: evaluate('2 + 3 * (4 - 1)') == 11.",
    entry: 'evaluate',
    gold: python`
      import re

      def evaluate(text):
          tokens = re.findall('[0-9]+|[^ ]', text) + ['']
          position = 0

          def take(*wanted):
              nonlocal position
              if tokens[position] not in wanted:
                  return None
              position += 1
              return tokens[position - 1]

          def total():
              value = product()
              while operator := take('+', '-'):
                  value = value + product() if operator == '+' else value - product()
              return value

          def product():
              value = signed()
              while take('*'):
                  value *= signed()
              return value

          def signed():
              return -signed() if take('-') else power()

          def power():
              base = operand()
              if not take('^'):
                  return base
              exponent = signed()
              if exponent < 0:
                  raise ValueError('negative exponent')
              return base ** exponent

          def operand():
              nonlocal position
              if take('('):
                  value = total()
                  if not take(')'):
                      raise ValueError('a bracket is not closed')
                  return value
              token = tokens[position]
              if not re.fullmatch('[0-9]+', token):
                  raise ValueError(f'unexpected {token!r}')
              position += 1
              return int(token)

          value = total()
          if position != len(tokens) - 1:
              raise ValueError(f'unexpected {tokens[position]!r}')
          return value
    `,
    tests: [
      {
        name: 'precedence',
        code: "assert evaluate('2 + 3 * (4 - 1)') == 11\nassert evaluate('(2+3)*4') == 20",
      },
      { name: 'to the left', code: "assert evaluate('10-4-3') == 3" },
      { name: 'powers to the right', code: "assert evaluate('2^3^2') == 512" },
      {
        name: 'signs and powers',
        code: "assert evaluate('-2^2') == -4\nassert evaluate('2^-0 - (-2)^2') == -3",
      },
      {
        name: 'signs after operators',
        code: "assert evaluate('2--3*-4') == -10\nassert evaluate(' - - 7 ') == 7",
      },
      {
        name: 'incomplete',
        code: refuses("assert evaluate('((1))') == 1", 'ValueError', [
          "evaluate('')",
          "evaluate('2+')",
          "evaluate('(1')",
          "evaluate('1)')",
        ]),
      },
      {
        name: 'not in the language',
        code: refuses("assert evaluate('007') == 7", 'ValueError', [
          "evaluate('2**3')",
          "evaluate('+1')",
          "evaluate('1 2')",
          "evaluate('2^-1')",
          "evaluate('7/2')",
        ]),
      },
    ],
    tags: ['parsing', 'recursion', 'hard'],
    wrong: [
      python`
        def evaluate(text):
            try:
                return eval(text.replace('^', '**'), {'__builtins__': {}})
            except SyntaxError:
                raise ValueError(text)
      `,
      python`
        import re

        def evaluate(text):
            tokens = re.findall('[0-9]+|[-+*^()]', text)

            def level(operators, inner):
                value = inner()
                while tokens and tokens[0] in operators:
                    operator = tokens.pop(0)
                    right = inner()
                    value = {'+': value + right, '-': value - right, '*': value * right}[operator]
                return value

            def power():
                value = operand()
                while tokens and tokens[0] == '^':
                    tokens.pop(0)
                    value **= operand()
                return value

            def operand():
                if not tokens:
                    raise ValueError('incomplete')
                token = tokens.pop(0)
                if token == '-':
                    return -operand()
                if token == '(':
                    value = level('+-', lambda: level('*', power))
                    if not tokens or tokens.pop(0) != ')':
                        raise ValueError('bracket')
                    return value
                return int(token)

            return level('+-', lambda: level('*', power))
      `,
    ],
    cheats: [
      python`
        import sys

        class Oracle:
            def __call__(self, text):
                caller = sys._getframe(1)
                for number in caller.f_code.co_consts:
                    if type(number) is int:
                        return number
                return 'no idea'

        evaluate = Oracle()
      `,
    ],
  },
];
