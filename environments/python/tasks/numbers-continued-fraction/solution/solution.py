def continued_fraction(numerator, denominator):
    if denominator == 0:
        raise ValueError('the denominator is 0')
    terms = []
    while denominator:
        quotient, rest = divmod(numerator, denominator)
        terms.append(quotient)
        numerator, denominator = denominator, rest
    return terms
