jq '[.[] | .items[] | .price * (.quantity // 1)] | add' /work/orders/orders.json
