awk '{ split($2, t, ":"); all[t[2]]++; if ($5 >= 400) bad[t[2]]++ } END { for (h in all) print h, int(100 * bad[h] / all[h]) }' /data/log/access.log /data/log/access.log.1 | sort -k2,2nr | head -n 1
