import re
import sys
from collections import Counter

words = Counter(re.findall("[a-z']+", sys.stdin.read().lower()))
for word, count in sorted(words.items(), key=lambda item: (-item[1], item[0]))[:3]:
    print(word, count)
