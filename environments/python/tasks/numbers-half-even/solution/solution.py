from decimal import ROUND_HALF_EVEN, Decimal, localcontext

def fixed(text, places):
    with localcontext() as context:
        context.prec = len(text) + places + 10
        value = Decimal(text).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        return format(abs(value) if value == 0 else value, 'f')
