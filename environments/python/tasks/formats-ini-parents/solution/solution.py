import re

def parse(text):
    own, parents = {}, {}
    section = None
    for line in map(str.strip, text.splitlines()):
        header = re.fullmatch(r'\[([^\[\]:]*)(:[^\[\]:]*)?\]', line)
        key, equals, value = (part.strip() for part in line.partition('='))
        if not line or line[0] in '#;':
            continue
        if header:
            section = header[1].strip()
            if not section or section in own:
                raise ValueError(f'bad section: {line}')
            own[section] = {}
            if header[2] is not None:
                parents[section] = header[2][1:].strip()
        elif equals and key and section is not None:
            own[section][key] = value
        else:
            raise ValueError(f'bad line: {line}')

    def settings(name, below=()):
        if name in below or name not in own:
            raise ValueError(f'bad parent: {name}')
        inherited = settings(parents[name], (*below, name)) if name in parents else {}
        return {**inherited, **own[name]}

    return {name: settings(name) for name in own}
