#!/bin/bash
python3 - <<'END'
import json, re

good = []
lines = open("/app/requests.log").read().splitlines()
for line in lines:
    match = re.fullmatch(r"(\S+) (\S+) (\S+) (\d{3}) (\d+)ms", line)
    if match:
        good.append((match[3], int(match[4]), int(match[5])))
report = {
    "requests": len(good),
    "broken": len(lines) - len(good),
    "errors": sum(status >= 500 for _, status, _ in good),
    "slowest": max(good, key=lambda one: one[2])[0],
}
json.dump(report, open("/app/report.json", "w"))
END
