find /work/letters -type f -name '*.txt' | while IFS= read -r f; do iconv -f ISO-8859-1 -t UTF-8 "$f" > /tmp/converted && cat /tmp/converted > "$f"; done; rm /tmp/converted
