tr -d " " < /app/bank.txt | tr "|" "," > /app/ledger.csv
