def vend(prices, events):
    credit, says = 0, []
    for kind, *details in [*events, ['refund']]:
        if kind == 'coin':
            if details[0] in (10, 20, 50, 100, 200):
                credit += details[0]
            else:
                says.append(f'rejected {details[0]}')
        elif kind == 'select':
            name = details[0]
            if name not in prices:
                says.append(f'unknown {name}')
            elif credit < prices[name]:
                says.append(f'short {prices[name] - credit}')
            else:
                credit -= prices[name]
                says.append(f'sold {name}')
        elif credit:
            says.append(f'change {credit}')
            credit = 0
    return says
