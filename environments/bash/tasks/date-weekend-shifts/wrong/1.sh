while read -r day name; do if [ "$(date -u -d "$day" +%u)" -gt 5 ]; then echo "$day $name"; fi; done < /work/rota/shifts.txt
