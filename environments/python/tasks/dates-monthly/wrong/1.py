import calendar
from datetime import date

def monthly(start, count):
    day, out = date.fromisoformat(start), []
    for _ in range(count):
        out.append(day.isoformat())
        year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
        day = date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    return out
