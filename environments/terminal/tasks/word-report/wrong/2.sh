printf '%s\n' "tr -cs A-Za-z '\\n' | sort | uniq -c | sort -nr | awk '{ print \$2, \$1 }'" > /app/report.sh
