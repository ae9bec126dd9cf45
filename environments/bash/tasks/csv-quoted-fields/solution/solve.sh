python3 -c "import csv; print(sum(int(row['quantity']) for row in csv.DictReader(open('/work/stock/items.csv', newline='')) if row['place'] == 'Hall 2, left'))"
