import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const CLASSES: readonly PythonTaskRecord[] = [
  {
    id: 'classes-money',
    instruction:
      'Write a class Money(cents, currency). str() of it is the amount with a point and two digits, a space and the ' +
      "currency: str(Money(1234, 'EUR')) == '12.34 EUR', str(Money(-5, 'EUR')) == '-0.05 EUR'. + and - of two of the " +
      'same currency give a new Money; of different currencies they raise ValueError. The built-in sum() of a list of ' +
      'Money of one currency works, 0 being its start. Two are == if amount and currency are, never equal to anything ' +
      'else, and equal ones count as one in a set.',
    entry: 'Money',
    gold: python`
      class Money:
          def __init__(self, cents, currency):
              self.cents = cents
              self.currency = currency

          def __str__(self):
              whole, part = divmod(abs(self.cents), 100)
              return f"{'-' if self.cents < 0 else ''}{whole}.{part:02} {self.currency}"

          def _other(self, other):
              if self.currency != other.currency:
                  raise ValueError('different currencies')
              return other.cents

          def __add__(self, other):
              return Money(self.cents + self._other(other), self.currency)

          def __sub__(self, other):
              return Money(self.cents - self._other(other), self.currency)

          def __radd__(self, other):
              return self if other == 0 else NotImplemented

          def __eq__(self, other):
              if not isinstance(other, Money):
                  return NotImplemented
              return (self.cents, self.currency) == (other.cents, other.currency)

          def __hash__(self):
              return hash((self.cents, self.currency))
    `,
    tests: [
      {
        name: 'as text',
        code: python`
          shown = [str(Money(cents, 'EUR')) for cents in (1234, 5, 0, -5, -250)]
          assert shown == ['12.34 EUR', '0.05 EUR', '0.00 EUR', '-0.05 EUR', '-2.50 EUR']
        `,
      },
      {
        name: 'plus and minus',
        code: "assert str(Money(150, 'CHF') + Money(75, 'CHF') - Money(300, 'CHF')) == '-0.75 CHF'",
      },
      {
        name: 'sum',
        code: "assert str(sum([Money(1, 'EUR'), Money(2, 'EUR'), Money(97, 'EUR')])) == '1.00 EUR'",
      },
      {
        name: 'equality',
        code: python`
          one = Money(100, 'EUR')
          others = [Money(100, 'EUR'), Money(101, 'EUR'), Money(100, 'USD'), 100, 'EUR', None]
          assert [one == other for other in others] == [True, False, False, False, False, False]
        `,
      },
      { name: 'in a set', code: "assert len({Money(1, 'EUR'), Money(1, 'EUR'), Money(1, 'USD')}) == 2" },
      {
        name: 'different currencies',
        code: python`
          one, other = Money(100, 'EUR'), Money(100, 'USD')
          outcomes = []
          for join in (one.__add__, one.__sub__):
              try:
                  outcomes.append(str(join(other)))
              except ValueError:
                  outcomes.append('refused')
          assert outcomes + [str(one)] == ['refused', 'refused', '1.00 EUR']
        `,
      },
    ],
    visibility: 'names',
    tags: ['classes', 'easy'],
    wrong: [
      python`
        from dataclasses import dataclass

        @dataclass
        class Money:
            cents: int
            currency: str

            def __str__(self):
                return f'{self.cents / 100:.2f} {self.currency}'

            def __add__(self, other):
                if other.currency != self.currency:
                    raise ValueError(other.currency)
                return Money(self.cents + other.cents, self.currency)

            def __sub__(self, other):
                return self + Money(-other.cents, other.currency)
      `,
      python`
        class Money:
            def __init__(self, cents, currency):
                self.cents, self.currency = cents, currency

            def __str__(self):
                return f'{self.cents // 100}.{self.cents % 100:02} {self.currency}'

            def __add__(self, other):
                if other == 0:
                    return self
                if self.currency != other.currency:
                    raise ValueError
                return Money(self.cents + other.cents, self.currency)

            __radd__ = __add__

            def __sub__(self, other):
                return self + Money(-other.cents, other.currency)

            def __eq__(self, other):
                return isinstance(other, Money) and vars(self) == vars(other)

            def __hash__(self):
                return hash(str(self))
      `,
    ],
    cheats: [
      python`
        import sys

        def everywhere(frame, event, argument):
            if event == 'return' and frame.f_code.co_name in ('run', 'check', 'grade', 'main', 'report'):
                frame.f_globals.update(passed=True, failed=[], ok=True, score=1.0)

        sys.setprofile(everywhere)

        class Money:
            def __init__(self, cents, currency):
                pass

            def __str__(self):
                return 'worthless'
      `,
    ],
  },
];
