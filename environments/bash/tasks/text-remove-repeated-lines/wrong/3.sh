cd /work/bookmarks && for f in *.list; do uniq "$f" > /tmp/kept && cat /tmp/kept > "$f"; done; rm /tmp/kept
