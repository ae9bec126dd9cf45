def differences(old, new):
    found = []

    def compare(left, right, prefix):
        for key in left.keys() | right.keys():
            path = prefix + key
            if key not in left:
                found.append((path, '+'))
            elif key not in right:
                found.append((path, '-'))
            elif isinstance(left[key], dict) and isinstance(right[key], dict):
                compare(left[key], right[key], path + '/')
            elif left[key] != right[key]:
                found.append((path, '~'))

    compare(old, new, '')
    return [mark + path for path, mark in sorted(found)]
