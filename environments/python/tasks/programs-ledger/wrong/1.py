import sys
from collections import defaultdict

accounts = defaultdict(int)
for number, line in enumerate(sys.stdin, 1):
    kind, name, *rest = line.split()
    amount = int(rest[-1]) if rest else 0
    if kind == 'open':
        accounts[name]
    elif kind == 'deposit':
        accounts[name] += amount
    elif kind == 'close' and not accounts[name]:
        del accounts[name]
    elif kind in ('withdraw', 'transfer') and accounts[name] >= amount:
        accounts[name] -= amount
        if kind == 'transfer':
            accounts[rest[0]] += amount
    else:
        print('refused', number)
for name, amount in sorted(accounts.items()):
    print(name, amount)
