import sys

total = 0
for line in sys.stdin.read().splitlines():
    quantity, price, name = line.split(' ', 2)
    cost = (int(quantity) - int(quantity) // 3) * int(price.replace('.', ''))
    total += cost
    print(f'{name} {cost // 100}.{cost % 100:02}')
print(f'total {total // 100}.{total % 100:02}')
