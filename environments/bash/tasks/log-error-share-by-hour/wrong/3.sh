awk '{ split($2, t, ":"); all[t[2]]++; if ($5 >= 500) bad[t[2]]++ } END { for (h in all) print h, int(100 * bad[h] / all[h]) }' /data/log/access.log | sort -k2,2nr | head -n 1
