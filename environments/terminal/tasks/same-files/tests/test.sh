#!/bin/bash
cd /app/photos && LC_ALL=C find . -type l -printf '%p -> %l\n' -o -type f -printf '%p %s\n' | LC_ALL=C sort > /tmp/found
reward=0
cmp -s /tmp/found /tests/expected.txt && [ "$(cat B.txt 2023/meadow.txt)" = "$(printf 'bridge\nmeadows')" ] && reward=1
echo $reward > /logs/verifier/reward.txt
