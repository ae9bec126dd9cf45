awk '$3 >= 210 { print $2 }' /work/snapshot/ps.txt | sort -n
