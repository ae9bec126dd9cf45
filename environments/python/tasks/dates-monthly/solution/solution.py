import calendar
from datetime import date

def monthly(start, count):
    first = date.fromisoformat(start)
    out = []
    for number in range(first.month - 1, first.month - 1 + count):
        year, month = first.year + number // 12, number % 12 + 1
        day = min(first.day, calendar.monthrange(year, month)[1])
        out.append(date(year, month, day).isoformat())
    return out
