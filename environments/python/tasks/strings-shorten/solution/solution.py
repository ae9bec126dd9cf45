def shorten(text, width):
    words = text.split()
    whole = ' '.join(words)
    if len(whole) <= width:
        return whole
    kept = ''
    for word in words:
        longer = kept + ' ' + word if kept else word
        if len(longer) + 1 > width:
            break
        kept = longer
    return (kept or words[0][:width - 1]) + '…'
