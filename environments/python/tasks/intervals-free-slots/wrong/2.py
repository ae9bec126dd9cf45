def free_slots(busy, opening, closing, minutes):
    def minute(time):
        return int(time[:2]) * 60 + int(time[3:])

    slots, free_from = [], opening
    for start, end in sorted(busy):
        if minute(min(start, closing)) - minute(free_from) > minutes:
            slots.append((free_from, min(start, closing)))
        free_from = max(free_from, end)
    if minute(closing) - minute(free_from) > minutes:
        slots.append((free_from, closing))
    return slots
