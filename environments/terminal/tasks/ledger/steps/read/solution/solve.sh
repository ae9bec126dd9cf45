#!/bin/bash
sed 's/ *| */,/g; s/\([0-9]\)\.\([0-9][0-9]\)$/\1\2/' /app/bank.txt > /app/ledger.csv
