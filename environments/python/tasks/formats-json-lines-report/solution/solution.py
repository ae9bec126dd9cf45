import json
import sys

users = {}
skipped = 0
for line in sys.stdin:
    if not line.strip():
        continue
    try:
        entry = json.loads(line)
        user, ms, ok = entry['user'], entry['ms'], entry.get('ok', True)
        if type(user) is not str or type(ms) is not int or ms < 0 or type(ok) is not bool:
            raise ValueError(line)
    except (ValueError, TypeError, KeyError, AttributeError):
        skipped += 1
        continue
    users.setdefault(user, []).append((ms, ok))
for user, lines in sorted(users.items(), key=lambda item: (-len(item[1]), item[0])):
    print(user, len(lines), sum(not ok for _, ok in lines), max(ms for ms, _ in lines))
print('skipped', skipped)
