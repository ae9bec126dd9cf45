def split_bill(cents, weights):
    return [round(cents * weight / sum(weights)) for weight in weights]
