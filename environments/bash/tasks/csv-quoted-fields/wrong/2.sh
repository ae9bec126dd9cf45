awk -F'"' '/"Hall 2, left"/ { split($3, part, ","); sum += part[2] } END { print sum }' /work/stock/items.csv
