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
