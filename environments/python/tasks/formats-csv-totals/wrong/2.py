import csv
import io

def totals(text):
    sums = {}
    for row in csv.DictReader(io.StringIO(text, newline='')):
        amount = row['amount'].strip().replace(',', '')
        if amount:
            name = row['category'].strip()
            sums[name] = sums.get(name, 0) + int(float(amount) * 100)
    return sums
