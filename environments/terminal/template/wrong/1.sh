for n in $(seq 19); do echo $((n * n)); done > /app/squares.txt
