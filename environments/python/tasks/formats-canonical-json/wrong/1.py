import json

def canonical(text):
    return json.dumps(json.loads(text), sort_keys=True, separators=(',', ':'), ensure_ascii=False)
