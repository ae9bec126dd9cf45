cat $(find /data/notes -type f -name '*.txt') 2>/dev/null | wc -l
