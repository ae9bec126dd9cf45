tail -q -n +2 /data/runs/*.csv | sort -t , -k1,1 -k2,2n | awk -F , '{ v[$1, ++n[$1]] = $2 } END { for (m in n) print m, v[m, int(n[m] / 2) + 2] }' | LC_ALL=C sort
