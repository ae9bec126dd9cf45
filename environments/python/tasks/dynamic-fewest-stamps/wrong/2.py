def fewest_stamps(values, amount):
    best = {0: []}
    for total in range(1, amount + 1):
        for value in sorted(values):
            if total - value in best:
                stamps = sorted(best[total - value] + [value], reverse=True)
                if total not in best or len(stamps) < len(best[total]):
                    best[total] = stamps
    if amount not in best:
        raise ValueError(amount)
    return best[amount]
