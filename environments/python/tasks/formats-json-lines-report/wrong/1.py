import json
import sys

users, skipped = {}, 0
for line in sys.stdin:
    try:
        entry = json.loads(line)
        users.setdefault(entry['user'], []).append((int(entry['ms']), entry.get('ok', True)))
    except Exception:
        skipped += 1
for user in sorted(users, key=lambda name: (-len(users[name]), str(name))):
    print(user, len(users[user]), [ok for _, ok in users[user]].count(False), max(users[user])[0])
print('skipped', skipped)
