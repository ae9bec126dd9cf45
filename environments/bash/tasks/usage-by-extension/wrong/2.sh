find /work/project -type f | sed 's/.*\.//' | sort | uniq -c | sort -nr | awk '{ print $2, $1 }'
