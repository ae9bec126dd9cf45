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
