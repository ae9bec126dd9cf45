import hashlib
import json
import os

right = 0
for number in range(6):
    content = "".join(hashlib.sha256(f"{number} {line}".encode()).hexdigest() + "\n" for line in range(9))
    try:
        with open(f"/app/out/letters/{number}.txt") as file:
            right += file.read() == content
    except (OSError, UnicodeDecodeError):
        pass
found = sum(len(names) for _, _, names in os.walk("/app/out"))
with open("/logs/verifier/reward.json", "w") as file:
    json.dump({"reward": float(right == 6 and found == 6), "files": right / 6}, file)
