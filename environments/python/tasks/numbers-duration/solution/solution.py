def format_duration(seconds):
    sign = '-' if seconds < 0 else ''
    minutes, second = divmod(abs(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"{sign}{f'{days}d ' if days else ''}{hour:02}:{minute:02}:{second:02}"
