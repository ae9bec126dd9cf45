cd /work/bookmarks && for f in *.list; do awk '!seen[$0]++' "$f" > /tmp/kept && cat /tmp/kept > "$f"; done; rm /tmp/kept
