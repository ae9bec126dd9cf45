find /work/letters -type f | while IFS= read -r f; do if ! iconv -f UTF-8 -t UTF-8 "$f" > /dev/null 2>&1; then iconv -f ISO-8859-1 -t UTF-8 "$f" > "$f.utf8"; fi; done
