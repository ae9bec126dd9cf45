def paint(costs):
    total = costs[0]
    for post in costs[1:]:
        total = [
            cost + min((t for other, t in enumerate(total) if other != colour), default=10**9)
            for colour, cost in enumerate(post)
        ]
    return -1 if min(total) >= 10**9 else min(total)
