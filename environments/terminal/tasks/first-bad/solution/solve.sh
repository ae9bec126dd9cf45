#!/bin/bash
cd /app/calc
git bisect start main good > /dev/null
git bisect run sh -c '[ "$(sh calc.sh 6 7)" = 42 ]' > /dev/null 2>&1
git rev-parse refs/bisect/bad > /app/culprit.txt
git bisect reset > /dev/null 2>&1
