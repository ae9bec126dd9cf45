import sys
from collections import Counter

words = Counter(word.strip('.,!?') for word in sys.stdin.read().lower().split())
for word, count in words.most_common(3):
    print(word, count)
