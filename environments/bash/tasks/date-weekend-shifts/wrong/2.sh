while read -r day name; do case "$(date -u -d "$day" +%w)" in 5) echo "Saturday $name" ;; 6) echo "Sunday $name" ;; esac; done < /work/rota/shifts.txt
