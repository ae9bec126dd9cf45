def flatten(tree, separator='.'):
    out = {}

    def add(key, value):
        if isinstance(value, dict) and value:
            for name, inner in value.items():
                add(key + separator + str(name), inner)
        elif key in out:
            raise KeyError(key)
        else:
            out[key] = value

    for name, value in tree.items():
        add(str(name), value)
    return out
