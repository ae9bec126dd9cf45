def vend(prices, events):
    credit, says = 0, []
    for event in events + [['refund']]:
        if event[0] == 'coin' and event[1] not in {10, 20, 50, 100, 200}:
            says.append(f'rejected {event[1]}')
        elif event[0] == 'coin':
            credit += event[1]
        elif event[0] == 'refund':
            says.append(f'change {credit}')
            credit = 0
        elif not prices.get(event[1]):
            says.append(f'unknown {event[1]}')
        elif credit > prices[event[1]]:
            credit -= prices[event[1]]
            says.append(f'sold {event[1]}')
        else:
            says.append(f'short {prices[event[1]] - credit}')
    return says
