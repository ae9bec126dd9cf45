find /data/notes -type f -name '*.txt' | wc -l
