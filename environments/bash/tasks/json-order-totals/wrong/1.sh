jq '[.[] | select(.status == "paid") | .items[] | .price * (.quantity // 1)] | add' /work/orders/orders.json
