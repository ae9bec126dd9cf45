#!/bin/bash
python3 - <<'END'
import csv

rows = lambda name: [[cell.strip() for cell in row] for row in csv.reader(open(f"/app/{name}.csv"))][1:]
prices = {product: int(cents) for product, cents in rows("prices")}
totals = {}
for shop, product, amount in rows("sales"):
    totals[shop] = totals.get(shop, 0) + int(amount) * prices.get(product, 0)
with open("/app/totals.csv", "w") as file:
    file.write("shop,cents\n" + "".join(f"{shop},{totals[shop]}\n" for shop in sorted(totals)))
END
