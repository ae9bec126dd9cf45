def fixed(text, places):
    return f'{float(text):.{places}f}'
