awk '$1 == "web" { sum += $3 } END { print int(sum / 1024) }' /work/snapshot/ps.txt
