import json
import sys
from collections import Counter

lines, failed, longest, skipped = Counter(), Counter(), Counter(), 0
for line in filter(str.strip, sys.stdin):
    try:
        entry = json.loads(line)
    except ValueError:
        skipped += 1
        continue
    if not isinstance(entry, dict) or not isinstance(entry.get('user'), str) or not isinstance(entry.get('ms'), int):
        skipped += 1
        continue
    user = entry['user']
    lines[user] += 1
    failed[user] += not entry.get('ok')
    longest[user] = max(longest[user], entry['ms'])
for user, count in lines.most_common():
    print(user, count, failed[user], longest[user])
print('skipped', skipped)
