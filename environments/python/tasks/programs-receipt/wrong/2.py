import sys

total = 0
for line in sys.stdin:
    quantity, price, name = line.rstrip('\n').split(' ', 2)
    count = int(quantity)
    cost = (count - (1 if count >= 3 else 0)) * int(price.replace('.', ''))
    total += cost
    print(name, f'{cost // 100}.{cost % 100}')
print('total', f'{total // 100}.{total % 100}')
