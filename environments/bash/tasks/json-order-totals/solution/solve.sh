jq '[.[] | select(.status == "paid") | ([.items[] | .price * (if .quantity == null then 1 else .quantity end)] | add // 0) - (.discount // 0)] | add' /work/orders/orders.json
