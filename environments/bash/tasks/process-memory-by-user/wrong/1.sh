awk '/web/ { sum += $4 } END { print int(sum / 1024) }' /work/snapshot/ps.txt
