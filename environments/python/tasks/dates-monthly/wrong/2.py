from datetime import date, timedelta

def monthly(start, count):
    return [(date.fromisoformat(start) + timedelta(days=30 * n)).isoformat() for n in range(count)]
