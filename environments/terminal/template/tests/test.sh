#!/bin/bash
# Runs as root after the agent has gone, in a fresh sandbox with the agent's changes. It writes the reward, from 0 to 1.
expected=$(for n in $(seq 20); do echo $((n * n)); done)
if [ "$(cat /app/squares.txt 2> /dev/null)" = "$expected" ]; then reward=1; else reward=0; fi
echo "$reward" > /logs/verifier/reward.txt
