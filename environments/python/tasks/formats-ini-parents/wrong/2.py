def parse(text):
    out, current = {}, None
    for line in text.splitlines():
        line = line.split('#')[0].split(';')[0].strip()
        if not line:
            continue
        if line.startswith('[') and line.endswith(']'):
            name, colon, parent = (part.strip() for part in line[1:-1].partition(':'))
            if not name or name in out or colon and parent not in out:
                raise ValueError(line)
            current = out[name] = dict(out.get(parent, {}))
        elif '=' in line and current is not None:
            key, value = line.split('=', 1)
            current[key.strip()] = value.strip()
        else:
            raise ValueError(line)
    return out
