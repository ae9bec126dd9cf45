jq '[.[] | select(.status == "paid") | .items[].price] | add' /work/orders/orders.json
