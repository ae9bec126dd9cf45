while read -r day name; do case "$(date -u -d "$day" +%u)" in 6) echo "Saturday $name" ;; 7) echo "Sunday $name" ;; esac; done < /work/rota/shifts.txt
