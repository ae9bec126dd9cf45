#!/bin/bash
reward=0
cmp -s /tests/totals.csv <(tr -d '\r' < /app/totals.csv) && reward=1
echo $reward > /logs/verifier/reward.txt
