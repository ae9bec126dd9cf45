counters, customers, patience = map(int, input().split())
free_at = [0] * counters
last = 0
for _ in range(customers):
    arrival, needed = map(int, input().split())
    start = max(arrival, min(free_at))
    if start - arrival > patience:
        print('left')
        continue
    counter = next(number for number, free in enumerate(free_at) if free <= start)
    free_at[counter] = start + needed
    last = max(last, start + needed)
    print(counter + 1, start)
print('closed at', last)
