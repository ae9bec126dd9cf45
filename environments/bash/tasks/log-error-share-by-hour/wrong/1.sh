awk '$5 >= 500 { split($2, t, ":"); bad[t[2]]++ } END { for (h in bad) print h, bad[h] }' /data/log/access.log /data/log/access.log.1 | sort -k2,2nr | head -n 1
