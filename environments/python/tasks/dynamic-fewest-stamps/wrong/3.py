def fewest_stamps(values, amount):
    best = [[]] + [None] * amount
    for total in range(1, amount + 1):
        options = [best[total - v] + [v] for v in values if v <= total and best[total - v] is not None]
        best[total] = min(options, key=len, default=None)
    return sorted(best[amount] or [], reverse=True)
