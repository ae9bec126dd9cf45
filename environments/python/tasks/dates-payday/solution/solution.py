from datetime import date, timedelta

def payday(year, month, holidays):
    day = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    while day.weekday() > 4 or day.isoformat() in holidays:
        day -= timedelta(days=1)
    return day.isoformat()
