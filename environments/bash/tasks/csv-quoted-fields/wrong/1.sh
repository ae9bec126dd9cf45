grep 'Hall 2, left' /work/stock/items.csv | awk -F, '{ sum += $5 } END { print sum }'
