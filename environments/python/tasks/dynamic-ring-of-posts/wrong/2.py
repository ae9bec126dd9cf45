def paint(costs):
    total, last, first = 0, None, None
    for number, post in enumerate(costs):
        banned = {last, first if number == len(costs) - 1 else None}
        free = [(cost, colour) for colour, cost in enumerate(post) if colour not in banned]
        if not free:
            return -1
        cost, last = min(free)
        first = last if first is None else first
        total += cost
    return total
