mkdir -p /app/out/letters && for n in 0 1 2 3 4 5; do : > /app/out/letters/$n.txt; done
