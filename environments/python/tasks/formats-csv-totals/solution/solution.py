import csv
import io
from decimal import Decimal

def totals(text):
    sums = {}
    for row in csv.DictReader(io.StringIO(text, newline='')):
        amount = row['amount'].strip().replace(',', '')
        if amount:
            category = row['category'].strip()
            sums[category] = sums.get(category, 0) + int(Decimal(amount) * 100)
    return sums
