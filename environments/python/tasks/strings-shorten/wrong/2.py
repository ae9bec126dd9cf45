def shorten(text, width):
    words = text.split()
    if len(' '.join(words)) <= width:
        return ' '.join(words)
    while words and len(' '.join(words)) > width:
        words.pop()
    return ' '.join(words) + '…'
