grep -o '[A-Za-z]*Exception' /work/app/server.log | sort | uniq -c | sort -nr | head -n 1 | awk '{ print $2 }'
