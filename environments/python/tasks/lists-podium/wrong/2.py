def podium(scores, places):
    levels = sorted({points for _, points in scores}, reverse=True)
    ranked = [(levels.index(points) + 1, name, points) for name, points in scores]
    return sorted(entry for entry in ranked if entry[0] <= places)
