def format_duration(seconds):
    days, rest = divmod(seconds, 86400)
    text = f'{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}'
    return f'{days}d {text}' if days else text
