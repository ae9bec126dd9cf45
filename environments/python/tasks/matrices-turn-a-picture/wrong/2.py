import sys

turns, *picture = sys.stdin.read().split()
for _ in range(abs(int(turns)) % 4):
    picture = [''.join(column) for column in zip(*picture[::-1])]
print(*picture, sep='\n')
