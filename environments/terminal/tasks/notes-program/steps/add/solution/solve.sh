#!/bin/bash
cat > /app/notes.sh <<'END'
file=/app/notes.txt
case $1 in
  add) echo "$2" >> "$file" ;;
  list) n=0; while IFS= read -r line; do n=$((n + 1)); echo "$n: $line"; done < "$file" ;;
esac
END
