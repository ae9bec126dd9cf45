import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const DESCRIPTORS: readonly PythonTaskRecord[] = [
  {
    id: 'classes-bounded',
    instruction:
      'Write a class Bounded(low, high) to be used in other classes, as in `class Lamp: level = Bounded(0, 10)`. ' +
      'Each Lamp then has a level of its own. Setting it to an int or float from low to high, both included, keeps the ' +
      'value; a number outside, NaN too, raises ValueError with the text "level must be from 0 to 10" (attribute name ' +
      'and bounds as they are), and anything else, a bool too, raises TypeError with the text "level must be a number". ' +
      'A refused value leaves the old one. Reading it before it was set, or after `del`, raises AttributeError, and so does deleting ' +
      'it then. Reading it on the class itself (Lamp.level) gives the Bounded.',
    entry: 'Bounded',
    gold: python`
      class Bounded:
          def __init__(self, low, high):
              self.low = low
              self.high = high

          def __set_name__(self, owner, name):
              self.name = name

          def __get__(self, instance, owner):
              if instance is None:
                  return self
              if self.name not in vars(instance):
                  raise AttributeError(f'{self.name} is not set')
              return vars(instance)[self.name]

          def __set__(self, instance, value):
              if isinstance(value, bool) or not isinstance(value, (int, float)):
                  raise TypeError(f'{self.name} must be a number')
              if not self.low <= value <= self.high:
                  raise ValueError(f'{self.name} must be from {self.low} to {self.high}')
              vars(instance)[self.name] = value

          def __delete__(self, instance):
              if vars(instance).pop(self.name, None) is None:
                  raise AttributeError(f'{self.name} is not set')
    `,
    tests: [
      {
        name: 'values of their own',
        code: python`
          class Lamp:
              level = Bounded(0, 10)
              hue = Bounded(-1.5, 1.5)

          one, other = Lamp(), Lamp()
          one.level, one.hue, other.level = 10, -1.5, 0
          try:
              other.hue = 2
          except ValueError:
              other.hue = 1
          assert (one.level, one.hue, other.level, other.hue) == (10, -1.5, 0, 1)
        `,
      },
      {
        name: 'outside',
        code: python`
          class Tap:
              flow = Bounded(1, 2.5)

          tap = Tap()
          tap.flow = 2
          texts = []
          for value in (0.99, 3, float('nan'), float('inf')):
              try:
                  tap.flow = value
              except ValueError as error:
                  texts.append(str(error))
          assert texts + [tap.flow] == ['flow must be from 1 to 2.5'] * 4 + [2]
        `,
      },
      {
        name: 'no numbers',
        code: python`
          class Lamp:
              level = Bounded(0, 10)

          lamp = Lamp()
          lamp.level = 3.5
          texts = []
          for value in ('5', None, True, [1]):
              try:
                  lamp.level = value
              except TypeError as error:
                  texts.append(str(error))
          assert texts + [lamp.level] == ['level must be a number'] * 4 + [3.5]
        `,
      },
      {
        name: 'not set',
        code: python`
          class Lamp:
              level = Bounded(0, 10)

          lamp, states = Lamp(), []
          states.append(hasattr(lamp, 'level'))
          lamp.level = 0
          states.append(lamp.level)
          del lamp.level
          states.append(hasattr(lamp, 'level'))
          try:
              del lamp.level
          except AttributeError:
              states.append('refused')
          assert states == [False, 0, False, 'refused']
        `,
      },
      {
        name: 'on the class',
        code: python`
          class Lamp:
              level = Bounded(0, 10)

          lamp = Lamp()
          lamp.level = 7
          try:
              lamp.level = 11
          except ValueError:
              pass
          assert (type(Lamp.level).__name__, lamp.level) == ('Bounded', 7)
        `,
      },
    ],
    visibility: 'full',
    tags: ['classes', 'descriptors', 'medium'],
    wrong: [
      python`
        class Bounded:
            def __init__(self, low, high):
                self.low, self.high = low, high

            def __set_name__(self, owner, name):
                self.name = name

            def __get__(self, instance, owner):
                if not hasattr(self, 'value'):
                    raise AttributeError(self.name)
                return self.value

            def __set__(self, instance, value):
                if type(value) not in (int, float):
                    raise TypeError(f'{self.name} must be a number')
                if not self.low <= value <= self.high:
                    raise ValueError(f'{self.name} must be from {self.low} to {self.high}')
                self.value = value

            def __delete__(self, instance):
                del self.value
      `,
      python`
        class Bounded:
            def __init__(self, low, high):
                self.low, self.high = low, high

            def __set_name__(self, owner, name):
                self.name = name

            def __get__(self, instance, owner):
                return self if instance is None else instance.__dict__.get(self.name)

            def __set__(self, instance, value):
                if not isinstance(value, (int, float)):
                    raise TypeError(f'{self.name} must be a number')
                if value < self.low or value > self.high:
                    raise ValueError(f'{self.name} must be from {self.low} to {self.high}')
                instance.__dict__[self.name] = value

            def __delete__(self, instance):
                del instance.__dict__[self.name]
      `,
    ],
    cheats: [
      python`
        import builtins

        def build(function, name, *bases, **named):
            raise SystemExit(0)

        builtins.__build_class__ = build
        builtins.AssertionError = SystemExit
        builtins.isinstance = lambda *ignored: True

        def Bounded(low, high):
            return low
      `,
    ],
  },
];
