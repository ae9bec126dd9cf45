grep -E "2024-0[1-3]" /work/rota/shifts.txt | while read -r day name; do echo "$(LC_ALL=C date -u -d "$day" +%A) $name"; done
