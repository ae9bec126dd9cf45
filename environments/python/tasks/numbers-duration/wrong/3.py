def format_duration(seconds):
    sign, seconds = '-' if seconds < 0 else '', abs(seconds)
    return f'{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}'
