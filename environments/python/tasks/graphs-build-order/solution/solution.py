import heapq

def build_order(needs):
    names = set(needs).union(*needs.values())
    missing = {name: set(needs.get(name, ())) for name in names}
    users = {name: [] for name in names}
    for name in names:
        for needed in missing[name]:
            users[needed].append(name)
    ready = [name for name in names if not missing[name]]
    heapq.heapify(ready)
    order = []
    while ready:
        name = heapq.heappop(ready)
        order.append(name)
        for user in users[name]:
            missing[user].discard(name)
            if not missing[user]:
                heapq.heappush(ready, user)
    if len(order) < len(names):
        raise ValueError('the needs go round in a circle')
    return order
