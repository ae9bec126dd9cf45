import sys

accounts = {}
for number, line in enumerate(sys.stdin):
    kind, name, *rest = line.split()
    try:
        if kind == 'open':
            if name in accounts:
                raise KeyError(name)
            accounts[name] = 0
        elif kind == 'close':
            if accounts[name]:
                raise KeyError(name)
            accounts.pop(name)
        elif kind == 'deposit':
            accounts[name] += int(rest[0])
        else:
            amount = int(rest[-1])
            if accounts[name] < amount:
                raise KeyError(name)
            accounts[name] -= amount
            if kind == 'transfer':
                accounts[rest[0]] += amount
    except KeyError:
        print('refused', number + 1)
for name in sorted(accounts):
    print(name, accounts[name])
