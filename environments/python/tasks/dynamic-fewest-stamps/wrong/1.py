def fewest_stamps(values, amount):
    stamps = []
    for value in sorted(values, reverse=True):
        while amount >= value:
            stamps.append(value)
            amount -= value
    if amount:
        raise ValueError('impossible')
    return stamps
