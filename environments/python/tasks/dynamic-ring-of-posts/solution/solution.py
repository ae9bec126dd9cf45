def paint(costs):
    colours = range(len(costs[0]))
    endless = float('inf')
    best = endless
    for first in colours:
        total = [costs[0][colour] if colour == first else endless for colour in colours]
        for post in costs[1:]:
            total = [
                post[colour] + min((total[other] for other in colours if other != colour), default=endless)
                for colour in colours
            ]
        best = min([best] + [total[last] for last in colours if last != first or len(costs) == 1])
    return -1 if best == endless else best
