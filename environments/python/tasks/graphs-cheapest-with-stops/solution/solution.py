def cheapest(flights, start, goal, stops):
    best = {start: 0}
    for _ in range(stops + 1):
        reached = dict(best)
        for source, target, price in flights:
            if source in best:
                total = best[source] + price
                reached[target] = min(total, reached.get(target, total))
        best = reached
    return best.get(goal, -1)
