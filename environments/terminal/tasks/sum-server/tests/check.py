import json
import time
import urllib.error
import urllib.request

CASES = {
    "/sum?n=1&n=2&n=-5": (200, {"sum": -2}),
    "/sum": (200, {"sum": 0}),
    "/sum?n=4&n=abc&n=x": (400, {"error": "not a number: abc"}),
    "/sums?n=1": (404, {"error": "not found"}),
    "/sum?n=123456789012345678901": (200, {"sum": 123456789012345678901}),
}


def answer(path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:4711{path}", timeout=2) as response:
            return response.status, response.headers.get_content_type(), json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), json.load(error)


def is_right(path, expected):
    try:
        status, kind, value = answer(path)
    except (OSError, ValueError):
        return False
    return (status, value) == expected and kind == "application/json"


for _ in range(100):
    try:
        answer("/sum")
        break
    except ValueError:
        break
    except OSError:
        time.sleep(0.05)
right = sum(is_right(path, expected) for path, expected in CASES.items())
with open("/logs/verifier/reward.json", "w") as file:
    json.dump({"reward": float(right == len(CASES)), "answers": right / len(CASES)}, file)
