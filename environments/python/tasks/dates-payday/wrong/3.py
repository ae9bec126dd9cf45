import calendar
from datetime import date

def payday(year, month, holidays):
    weeks = calendar.monthcalendar(year, month)
    days = [day for week in weeks for day in week[:4] if day]
    free = [d for d in (date(year, month, day).isoformat() for day in days) if d not in holidays]
    return free[-1]
