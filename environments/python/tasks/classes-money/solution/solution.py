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
