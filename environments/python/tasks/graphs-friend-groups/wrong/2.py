def groups(people, pairs):
    knows = {name: {name} for name in people}
    for one, other in pairs:
        knows[one].add(other)
        knows[other].add(one)
    for name in people:
        for other in list(knows[name]):
            knows[other] |= knows[name]
            knows[name] |= knows[other]
    return sorted({tuple(sorted(group)) for group in knows.values()})
