for l in /work/web/* /work/web/*/*; do [ -L "$l" ] && [ ! -e "$l" ] && rm "$l"; done
