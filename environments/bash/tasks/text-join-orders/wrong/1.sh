awk 'NR == FNR { name[$1] = $2; next } $3 > 100 { print name[$2], $3 }' /work/sales/customers.txt /work/sales/orders.txt | LC_ALL=C sort
