from fractions import Fraction

def determinant(rows):
    if any(len(row) != len(rows) for row in rows):
        raise ValueError(rows)
    rows = [[Fraction(number) for number in row] for row in rows]
    total = Fraction(1)
    while rows:
        rows.sort(key=lambda row: row[0] == 0)
        pivot = rows.pop(0)
        if not pivot[0]:
            return 0
        total *= pivot[0]
        rows = [[a - row[0] / pivot[0] * b for a, b in zip(row[1:], pivot[1:])] for row in rows]
    return int(total)
