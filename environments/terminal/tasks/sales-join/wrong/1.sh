printf "shop,cents\neast,0\nnorth,1415\nsouth,1640\n" > /app/totals.csv
