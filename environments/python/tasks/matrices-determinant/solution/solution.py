def determinant(rows):
    rows = [list(row) for row in rows]
    size = len(rows)
    if any(len(row) != size for row in rows):
        raise ValueError('the matrix is not square')
    sign, before = 1, 1
    for step in range(size - 1):
        pivot = next((row for row in range(step, size) if rows[row][step]), None)
        if pivot is None:
            return 0
        if pivot != step:
            rows[step], rows[pivot] = rows[pivot], rows[step]
            sign = -sign
        for row in range(step + 1, size):
            for column in range(step + 1, size):
                product = rows[row][column] * rows[step][step] - rows[row][step] * rows[step][column]
                rows[row][column] = product // before
        before = rows[step][step]
    return sign * rows[-1][-1] if rows else 1
