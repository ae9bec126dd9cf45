import calendar
from datetime import date

def payday(year, month, holidays):
    last = calendar.monthrange(year, month)[1]
    for day in range(last, 0, -1):
        if date(year, month, day).weekday() < 5:
            break
    while date(year, month, day).isoformat() in holidays:
        day -= 1
    return date(year, month, day).isoformat()
