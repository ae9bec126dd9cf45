cd /work/bookmarks && for f in *; do awk '!seen[$0]++' "$f" > /tmp/kept && cat /tmp/kept > "$f"; done; rm /tmp/kept
