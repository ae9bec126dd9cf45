def cheapest(flights, start, goal, stops):
    best = {start: 0}
    for _ in range(stops):
        reached = dict(best)
        for source, target, price in flights:
            if source in best:
                reached[target] = min(reached.get(target, 10**9), best[source] + price)
        best = reached
    return best.get(goal, -1)
