awk 'NR > 1 { parent[$2] = $3 } END { for (pid in parent) { p = parent[pid]; while (p in parent && p != 210) p = parent[p]; if (p == 210) print pid } }' /work/snapshot/ps.txt | sort -n
