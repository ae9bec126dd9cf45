def differences(old, new):
    out = ['-' + key for key in old if key not in new] + ['+' + key for key in new if key not in old]
    out += ['~' + key for key in old if key in new and old[key] != new[key]]
    return sorted(out, key=lambda entry: entry[1:])
