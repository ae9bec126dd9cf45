def continued_fraction(numerator, denominator):
    terms = []
    while denominator:
        quotient, rest = divmod(numerator, denominator)
        terms.append(quotient)
        numerator, denominator = denominator, rest
    return terms
