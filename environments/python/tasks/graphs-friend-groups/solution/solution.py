def groups(people, pairs):
    group_of = {name: {name} for name in people}
    for one, other in pairs:
        if group_of[one] is not group_of[other]:
            joined = group_of[one] | group_of[other]
            for name in joined:
                group_of[name] = joined
    different = {id(group): sorted(group) for group in group_of.values()}
    return sorted(different.values(), key=lambda group: (-len(group), group))
