cd /app/calc && git reset -q --hard good && git rev-parse good > /app/culprit.txt
