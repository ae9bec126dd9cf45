cat /data/notes/*.txt 2>/dev/null | wc -l
