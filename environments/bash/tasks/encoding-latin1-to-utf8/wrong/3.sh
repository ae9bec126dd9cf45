for f in /work/letters/*.txt; do iconv -f UTF-8 -t UTF-8 "$f" > /dev/null 2>&1 || { iconv -f ISO-8859-1 -t UTF-8 "$f" > /tmp/converted && cat /tmp/converted > "$f"; }; done; rm /tmp/converted
