python3 -c "import csv; print(sum(int(r['quantity']) for r in csv.DictReader(open('/work/stock/items.csv', newline='')) if 'Hall 2' in r['place']))"
