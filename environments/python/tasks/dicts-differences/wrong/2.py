def differences(old, new, prefix=''):
    out = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if isinstance(before, dict) and isinstance(after, dict):
            out += differences(before, after, prefix + key + '/')
        elif before is None and after is not None:
            out.append('+' + prefix + key)
        elif after is None and before is not None:
            out.append('-' + prefix + key)
        elif before != after:
            out.append('~' + prefix + key)
    return out
