find /data/scans -type f \( -iname '*.jpg' -o -iname '*.jpeg' \) ! -name '*.jpg' | while IFS= read -r f; do mv -- "$f" "$(printf %s "$f" | sed 's/\.[^.]*$/.jpg/')"; done
