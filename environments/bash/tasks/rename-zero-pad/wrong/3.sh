cd /work/book && for f in chapter-*.txt; do n=$(echo "$f" | tr -dc 0-9); cp "$f" "$(printf "chapter-%03d.txt" "$((10#$n))")" 2> /dev/null; done; ls chapter-???.txt > order.list
