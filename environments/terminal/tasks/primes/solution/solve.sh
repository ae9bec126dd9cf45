#!/bin/bash
set -e
sieve() {
  local n d
  for ((n = 2; n < 200; n++)); do
    for ((d = 2; d * d <= n; d++)); do
      ((n % d == 0)) && continue 2
    done
    echo "$n"
  done
}
sieve > /app/primes.txt
sum=0
while read -r n; do sum=$((sum + n)); done < /app/primes.txt
echo "$sum" > /app/sum.txt
