join -1 1 -2 2 <(sort /work/sales/customers.txt) <(sort -k2,2 /work/sales/orders.txt) | awk '{ sum[$2] += $4 } END { for (n in sum) if (sum[n] >= 100) print n, sum[n] }' | LC_ALL=C sort
