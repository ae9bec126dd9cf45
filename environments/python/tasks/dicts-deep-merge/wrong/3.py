def deep_merge(base, extra):
    out = dict(base)
    for key, value in extra.items():
        if value is None:
            out.pop(key, None)
        elif isinstance(value, dict):
            inner = out.get(key)
            out[key] = deep_merge(inner if isinstance(inner, dict) else {}, value)
        else:
            out[key] = value
    return out
