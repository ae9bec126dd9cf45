import time

def format_duration(seconds):
    sign = '-' if seconds < 0 else ''
    days = abs(seconds) // 86400
    return sign + (f'{days}d ' if days > 1 else '') + time.strftime('%H:%M:%S', time.gmtime(abs(seconds)))
