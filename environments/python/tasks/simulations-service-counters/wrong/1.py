import heapq

counters, customers, patience = map(int, input().split())
free, last = [(0, number) for number in range(1, counters + 1)], 0
for _ in range(customers):
    arrival, needed = map(int, input().split())
    moment, counter = free[0]
    start = max(arrival, moment)
    if start - arrival > patience:
        print('left')
    else:
        heapq.heapreplace(free, (start + needed, counter))
        last = max(last, start + needed)
        print(counter, start)
print('closed at', last)
