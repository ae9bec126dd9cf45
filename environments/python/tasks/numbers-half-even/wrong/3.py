from decimal import Decimal

def fixed(text, places):
    return f'{Decimal(text):.{places}f}'
