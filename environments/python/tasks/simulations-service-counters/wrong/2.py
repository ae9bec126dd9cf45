counters, customers, patience = map(int, input().split())
free_at, end = [0] * counters, 0
for _ in range(customers):
    arrival, needed = map(int, input().split())
    counter = min(range(counters), key=lambda n: (max(arrival, free_at[n]), n))
    start = max(arrival, free_at[counter])
    if start - arrival >= patience:
        print('left')
        continue
    end = free_at[counter] = start + needed
    print(counter + 1, start)
print('closed at', end)
