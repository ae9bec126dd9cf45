cd /work/book && for f in chapter-*.txt; do n=$(echo "$f" | tr -dc 0-9); mv -n "$f" "$(printf "chapter-%03d.txt" "$n" 2> /dev/null)" 2> /dev/null; done; ls chapter-*.txt > order.list
