cd /data/gauge && for f in *.raw; do while read -r at rest; do echo "$(date -u -d "@$at" +%Y-%m-%dT%H:%M:%SZ) $rest"; done < "$f" > "$(basename "$f" .raw).iso"; done
