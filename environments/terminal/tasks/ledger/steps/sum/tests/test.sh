#!/bin/bash
. /tests/check.sh
printf '%s\n' 2024-01-01,b,5 2024-01-01,B,-7 2024-01-02,b,10 '2024-01-03,a c,1' > /tmp/ledger
reward right "$(timeout 5 bash /app/sums.sh /tmp/ledger)" "$(printf '%s\n' B,-7 'a c,1' b,15)"
