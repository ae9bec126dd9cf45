git -C /app/calc rev-parse main > /app/culprit.txt
