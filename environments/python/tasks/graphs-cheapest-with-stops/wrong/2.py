def cheapest(flights, start, goal, stops):
    best = {start: 0}
    for _ in range(stops + 1):
        for source, target, price in flights:
            if source in best:
                best[target] = min(best.get(target, 10**9), best[source] + price)
    return best.get(goal, -1)
