def free_slots(busy, opening, closing, minutes):
    def minute(time):
        return int(time[:2]) * 60 + int(time[3:])

    slots, free_from = [], opening
    for start, end in [*sorted(busy), (closing, closing)]:
        start = min(start, closing)
        if minute(start) - minute(free_from) >= minutes:
            slots.append((free_from, start))
        free_from = max(free_from, end)
    return slots
