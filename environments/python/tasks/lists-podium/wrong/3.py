def podium(scores, places):
    scores.sort(key=lambda score: (-score[1], score[0]))
    ranked = [(1 + sum(o > points for _, o in scores), name, points) for name, points in scores]
    return [entry for entry in ranked if entry[0] <= places]
