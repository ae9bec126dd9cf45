cd /work/book && for f in chapter-?.txt; do mv "$f" "chapter-00$(echo "$f" | tr -dc 0-9).txt"; done; ls chapter-*.txt > order.list
