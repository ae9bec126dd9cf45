def podium(scores, places):
    out = []
    for name, points in sorted(scores, key=lambda score: (-score[1], score[0])):
        rank = 1 + sum(other > points for _, other in scores)
        if rank <= places:
            out.append((rank, name, points))
    return out
