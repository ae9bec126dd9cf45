def groups(people, pairs):
    found = []
    for pair in pairs:
        for group in found:
            if group & set(pair):
                group.update(pair)
                break
        else:
            found.append(set(pair))
    found += [{name} for name in people if not any(name in group for group in found)]
    return sorted(map(sorted, found), key=lambda group: (-len(group), group))
