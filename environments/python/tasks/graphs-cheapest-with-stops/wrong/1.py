import heapq

def cheapest(flights, start, goal, stops):
    queue, seen = [(0, 0, start)], set()
    while queue:
        price, flown, place = heapq.heappop(queue)
        if place == goal:
            return price
        if place in seen or flown > stops:
            continue
        seen.add(place)
        for source, target, cost in flights:
            if source == place:
                heapq.heappush(queue, (price + cost, flown + 1, target))
    return -1
