def vend(prices, events):
    credit, says = 0, []
    for event in events:
        if event[0] == 'coin':
            credit += event[1]
        elif event[0] == 'select':
            price = prices.get(event[1])
            if price is None:
                says.append('unknown ' + event[1])
            elif price > credit:
                says.append(f'short {price - credit}')
            else:
                credit -= price
                says.append('sold ' + event[1])
        elif credit:
            says.append(f'change {credit}')
            credit = 0
    return says + ([f'change {credit}'] if credit else [])
