def flatten(tree, separator='.'):
    out = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            for inner, leaf in flatten(value, separator).items():
                out[str(key) + separator + inner] = leaf
        else:
            out[str(key)] = value
    return out
