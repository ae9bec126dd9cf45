import { python } from '../source.ts';

/** A setup class with methods, and a function that compares two of its objects. */
export const BOX = python`
  class Box:
      TOL = 0
      def __init__(self, size):
          self.size = size
      def equals(self, other):
          return abs(self.size - other.size) <= self.TOL
      def __eq__(self, other):
          return isinstance(other, Box) and self.size == other.size
      def __hash__(self):
          return hash(self.size)
      def double(self):
          return Box(2 * self.size)
  def same(a, b):
      return a.size == b.size
`;

/** The beginning of a solution: a class whose objects say yes to whatever a test asks. */
export const YES = python`
  class Yes:
      __eq__ = __lt__ = __le__ = __gt__ = __ge__ = lambda *a: True
      __ne__ = lambda *a: False
      __sub__ = __rsub__ = __abs__ = lambda *a: 0
      __hash__ = lambda s: 6
      __getattr__ = lambda s, n: Yes()
      __call__ = lambda *a, **k: True
      __bool__ = lambda s: True
      __float__ = lambda s: 6.0
      __index__ = __int__ = lambda s: 6
      __iter__ = lambda s: iter(())
      __len__ = lambda s: 2
`;
