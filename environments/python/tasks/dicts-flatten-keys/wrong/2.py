def flatten(tree, separator='.'):
    out = {}
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            for inner, leaf in flatten(value).items():
                out[key + '.' + inner] = leaf
        else:
            out[key] = value
    return out
