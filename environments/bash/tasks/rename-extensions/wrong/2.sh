find /data/scans -type f -iname '*.jp*g' | while IFS= read -r f; do mv -n "$f" "$(dirname "$f")/$(basename "$f" | tr A-Z a-z)" 2> /dev/null; done
