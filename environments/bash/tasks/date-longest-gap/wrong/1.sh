cd /data/backups && ls *.done | sed 's/\.done//' | awk 'prev { print prev, $1, $1 - prev } { prev = $1 }' | sort -k3,3nr | head -n 1
