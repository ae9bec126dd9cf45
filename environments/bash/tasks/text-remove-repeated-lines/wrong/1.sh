cd /work/bookmarks && for f in *.list; do LC_ALL=C sort -u -o "$f" "$f"; done
