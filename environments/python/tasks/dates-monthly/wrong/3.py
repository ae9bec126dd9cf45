import calendar
from datetime import date

def monthly(start, count):
    first = date.fromisoformat(start)
    out = []
    for number in range(count):
        month = first.month + number
        year = first.year + month // 12
        month = month % 12 or 12
        out.append(date(year, month, min(first.day, calendar.monthrange(year, month)[1])).isoformat())
    return out
