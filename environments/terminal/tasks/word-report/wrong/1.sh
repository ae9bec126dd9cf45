echo "tr ' ' '\n' | sort | uniq -c" > /app/report.sh
