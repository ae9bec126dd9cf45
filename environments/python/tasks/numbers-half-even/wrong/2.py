from decimal import ROUND_HALF_UP, Decimal

def fixed(text, places):
    return str(Decimal(text).quantize(Decimal(10) ** -places, rounding=ROUND_HALF_UP))
