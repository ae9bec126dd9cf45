columns, rows = map(int, input().split())
blocked = [tuple(map(int, input().split())) for _ in range(int(input()))]
place, way, bumps = 0j, 1j, 0
for command in input().split():
    if command in 'LR':
        way *= -1j if command == 'L' else 1j
        continue
    for _ in range(int(command)):
        ahead = place + way
        if (ahead.real, ahead.imag) in blocked or not (0 <= ahead.real < columns and 0 <= ahead.imag < rows):
            bumps += 1
            break
        place = ahead
print(int(place.real), int(place.imag), {1j: 'N', 1: 'E', -1j: 'S', -1: 'W'}[way], bumps)
