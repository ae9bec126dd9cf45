find /data/scans -type f -name '*.JPG' | while IFS= read -r f; do mv -- "$f" "$(echo "$f" | sed 's/JPG$/jpg/')"; done
