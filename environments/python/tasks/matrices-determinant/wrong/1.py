def determinant(rows):
    if any(len(row) != len(rows) for row in rows):
        raise ValueError(rows)
    rows, total = [row[:] for row in rows], 1.0
    for step in range(len(rows)):
        pivot = max(range(step, len(rows)), key=lambda row: abs(rows[row][step]))
        if rows[pivot][step] == 0:
            return 0
        if pivot != step:
            rows[step], rows[pivot], total = rows[pivot], rows[step], -total
        total *= rows[step][step]
        for row in rows[step + 1:]:
            factor = row[step] / rows[step][step]
            for column in range(step, len(rows)):
                row[column] -= factor * rows[step][column]
    return round(total)
