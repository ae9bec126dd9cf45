#!/bin/bash
reward=0
greet=/root/.local/bin/greet
said=$($greet Ada 2>/dev/null)
complaint=$($greet 2>&1 >/dev/null)
status=$?
mode=$(stat -c %a $greet)
if [ "$said" = "Hello, Ada!" ] && [ "$complaint" = "usage: greet NAME" ] && [ "$status" = 2 ] && [ "$mode" = 755 ]; then
  reward=1
fi
echo $reward > /logs/verifier/reward.txt
