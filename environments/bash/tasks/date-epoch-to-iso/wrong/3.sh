cd /data/gauge && for f in *; do while read -r at rest; do echo "$(date -u -d "@$at" +%Y-%d-%mT%H:%M:%SZ) $rest"; done < "$f" > "$(basename "$f" .raw).iso"; done 2>/dev/null
