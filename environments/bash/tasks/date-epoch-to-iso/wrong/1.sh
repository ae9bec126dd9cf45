cd /data/gauge && for f in *.raw; do while read -r at rest; do echo "$(date -u -d "@$at" "+%Y-%m-%d %H:%M:%S") $rest"; done < "$f" > "$(basename "$f" .raw).iso"; done
