grep -A 1 ' ERROR ' /work/app/server.log | grep -o '[A-Za-z]*Exception' | sort | uniq -c | sort -nr | head -n 1 | awk '{ print $2 }'
