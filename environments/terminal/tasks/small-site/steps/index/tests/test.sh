#!/bin/bash
cd /app
printf 'Extra\n\nNew.\n' > pages/Extra.txt
rm pages/rain.txt
timeout 10 bash build.sh > /dev/null 2>&1
reward=0
[ "$(ls site | LC_ALL=C sort | tr '\n' ' ')" = 'Extra.html index.html tea.html ' ] &&
  [ "$(cat site/index.html)" = "$(printf '%s\n' '<a href="Extra.html">Extra</a>' '<a href="tea.html">Tea &amp; biscuits</a>')" ] && reward=1
echo $reward > /logs/verifier/reward.txt
