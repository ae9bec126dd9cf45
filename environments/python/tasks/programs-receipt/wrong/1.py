import sys

total = 0
for line in sys.stdin:
    quantity, price, name = line.split(maxsplit=2)
    cost = int(quantity) * float(price)
    total += cost
    print(name.strip(), f'{cost:.2f}')
print(f'total {total:.2f}')
