def shorten(text, width):
    text = ' '.join(text.split())
    return text if len(text) <= width else text[:width - 1].rstrip() + '…'
