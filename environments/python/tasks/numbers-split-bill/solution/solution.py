def split_bill(cents, weights):
    total = sum(weights)
    shares = [cents * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: (-(cents * weights[n] % total), n))
    for number in order[:cents - sum(shares)]:
        shares[number] += 1
    return shares
