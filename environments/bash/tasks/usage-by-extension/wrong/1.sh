cd /work/project && for f in *.* */*.*; do echo "$(echo "$f" | sed 's/.*\.//') $(stat -c %s "$f")"; done | awk '{ s[$1] += $2 } END { for (e in s) print e, s[e] }' | sort -k2,2nr
