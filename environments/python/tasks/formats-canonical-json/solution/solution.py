import json

def canonical(text):
    def unique(pairs):
        out = dict(pairs)
        if len(out) < len(pairs):
            raise ValueError('a key occurs twice')
        return out

    def refuse(name):
        raise ValueError(f'{name} is no JSON')

    value = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
    return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
