def continued_fraction(numerator, denominator):
    if not denominator:
        raise ValueError
    terms = []
    while denominator:
        quotient = int(numerator / denominator)
        terms.append(quotient)
        numerator, denominator = denominator, numerator - quotient * denominator
    return terms
