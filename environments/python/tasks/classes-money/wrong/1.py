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
