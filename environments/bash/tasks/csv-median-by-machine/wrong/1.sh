tail -q -n +2 /data/runs/*.csv | awk -F , '{ s[$1] += $2; n[$1]++ } END { for (m in n) print m, int(s[m] / n[m]) }' | LC_ALL=C sort
