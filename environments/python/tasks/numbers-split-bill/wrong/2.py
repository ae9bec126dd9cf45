def split_bill(cents, weights):
    shares = [cents * weight // sum(weights) for weight in weights]
    for number in range(cents - sum(shares)):
        shares[number] += 1
    return shares
