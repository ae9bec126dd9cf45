awk '$1 == "web" { sum += $4 } END { print sum }' /work/snapshot/ps.txt
