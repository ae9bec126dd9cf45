import sys

turns, *picture = sys.stdin.read().split()
for _ in range(int(turns) % 2):
    picture = [''.join(column) for column in zip(*picture[::-1])]
print(*picture, sep='\n')
