import sys

turns, *picture = sys.stdin.read().split()
for _ in range(int(turns) % 4):
    picture = [''.join(column) for column in zip(*reversed(picture))]
print('\n'.join(picture))
