import json

PRIMES = [n for n in range(2, 200) if all(n % d for d in range(2, n))]


def read(path):
    try:
        with open(path) as file:
            return file.read().split()
    except OSError:
        return []


parts = {
    "primes": float(read("primes.txt") == [str(n) for n in PRIMES]),
    "sum": float(read("sum.txt") == [str(sum(PRIMES))]),
}
parts["reward"] = (parts["primes"] + parts["sum"]) / 2
with open("/logs/verifier/reward.json", "w") as file:
    json.dump(parts, file)
