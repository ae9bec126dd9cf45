find /data/notes -type f -name '*.txt' -exec cat {} + | wc -l
