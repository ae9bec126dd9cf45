find /work/project -type f -name '*.*' -printf '%s %f\n' | awk '{ split($2, p, "."); s[p[2]] += $1 } END { for (e in s) print e, int(s[e] / 1024) }' | sort -k2,2nr
