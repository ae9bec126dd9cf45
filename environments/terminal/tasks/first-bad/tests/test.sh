#!/bin/bash
# The id is always the same, as author and dates are.
reward=0
read -r said < /app/culprit.txt
read -r expected < /tests/culprit.txt
read -r main < /tests/main.txt
read -r now < /app/calc/.git/refs/heads/main
[ "$said" = "$expected" ] && [ "$now" = "$main" ] && [ "$(wc -l < /app/culprit.txt)" -le 1 ] && reward=1
echo $reward > /logs/verifier/reward.txt
