#!/bin/bash
reward=0
[ "$(cat /app/site/tea.html)" = "$(printf '%s\n' '<h1>Tea &amp; biscuits</h1>' '<p>Boil water.</p>' '<p>Wait five minutes.</p>')" ] &&
  [ "$(cat /app/site/rain.html)" = "$(printf '%s\n' '<h1>Rain</h1>' '<p>If x &lt; 3, take an umbrella.</p>')" ] && reward=1
echo $reward > /logs/verifier/reward.txt
