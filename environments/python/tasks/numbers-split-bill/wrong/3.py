def split_bill(cents, weights):
    shares = [cents * weight // sum(weights) for weight in weights]
    shares[-1] += cents - sum(shares)
    return shares
