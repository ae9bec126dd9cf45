tail -q -n +2 /data/runs/*.csv | LC_ALL=C sort | awk -F , '{ v[$1, ++n[$1]] = $2 } END { for (m in n) print m, v[m, int((n[m] + 1) / 2)] }' | LC_ALL=C sort
