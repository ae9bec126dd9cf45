def totals(text):
    header, *rows = [line.split(',') for line in text.splitlines() if line]
    sums = {}
    for row in rows:
        row = dict(zip(header, row))
        if row['amount'].strip():
            name = row['category'].strip()
            sums[name] = sums.get(name, 0) + round(float(row['amount']) * 100)
    return sums
