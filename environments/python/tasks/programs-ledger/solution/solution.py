import sys

accounts = {}

def book(kind, *details):
    *names, amount = (*details, 0) if kind in ('open', 'close') else details
    amount = int(amount)
    if kind == 'open':
        if names[0] in accounts:
            return False
        accounts[names[0]] = 0
        return True
    if not all(name in accounts for name in names) or len(set(names)) < len(names):
        return False
    if kind == 'close':
        if accounts[names[0]]:
            return False
        del accounts[names[0]]
    elif kind == 'deposit':
        accounts[names[0]] += amount
    elif accounts[names[0]] < amount:
        return False
    else:
        accounts[names[0]] -= amount
        if kind == 'transfer':
            accounts[names[1]] += amount
    return True

for number, line in enumerate(sys.stdin, 1):
    if not book(*line.split()):
        print('refused', number)
for name in sorted(accounts):
    print(name, accounts[name])
