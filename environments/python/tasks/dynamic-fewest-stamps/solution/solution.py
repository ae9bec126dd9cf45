def fewest_stamps(values, amount):
    fewest = [0]
    for total in range(1, amount + 1):
        counts = [fewest[total - value] for value in values if value <= total]
        fewest.append(1 + min((count for count in counts if count is not None), default=amount))
        if fewest[-1] > amount:
            fewest[-1] = None
    if fewest[amount] is None:
        raise ValueError(f'no stamps for {amount}')
    stamps = []
    while amount:
        for value in sorted(values, reverse=True):
            rest = amount - value
            if rest >= 0 and fewest[rest] is not None and fewest[rest] == fewest[amount] - 1:
                stamps.append(value)
                amount = rest
                break
    return stamps
