import json

def canonical(text):
    def unique(pairs):
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError(pairs)
        return dict(sorted(pairs))

    return json.dumps(json.loads(text, object_pairs_hook=unique), separators=(',', ':'))
