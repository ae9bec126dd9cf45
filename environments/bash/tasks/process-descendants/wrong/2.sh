grep 210 /work/snapshot/ps.txt | awk '{ print $2 }' | sort -n
