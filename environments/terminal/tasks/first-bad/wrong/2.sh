cd /app/calc && git rev-list good..main > /app/culprit.txt
