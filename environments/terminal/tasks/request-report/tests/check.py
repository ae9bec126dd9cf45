import json

EXPECTED = {"requests": 7, "broken": 6, "errors": 2, "slowest": "/items/7"}

try:
    with open("/app/report.json") as file:
        report = json.load(file)
except (OSError, ValueError):
    report = None
if not isinstance(report, dict):
    report = {}
parts = {name: float(report.get(name) == value and report.get(name) is not True) for name, value in EXPECTED.items()}
parts["reward"] = float(report == EXPECTED)
with open("/logs/verifier/reward.json", "w") as file:
    json.dump(parts, file)
