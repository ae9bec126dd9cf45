def build_order(needs):
    order = []

    def visit(name, above):
        if name in above:
            raise ValueError(name)
        if name not in order:
            for needed in sorted(needs.get(name, [])):
                visit(needed, above | {name})
            order.append(name)

    for name in sorted(needs):
        visit(name, frozenset())
    return order
