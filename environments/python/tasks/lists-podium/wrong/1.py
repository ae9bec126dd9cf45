def podium(scores, places):
    best = sorted(scores, key=lambda score: (-score[1], score[0]))[:places]
    return [(rank, name, points) for rank, (name, points) in enumerate(best, 1)]
