#!/bin/bash
. /tests/check.sh
corrected() {
  right "$(wc -l < /app/ledger.csv | tr -d ' ')" 4 &&
    right "$(cat /app/sums.csv)" "$(printf '%s\n' Groceries,-6320 Rent,-85000 Salary,240000 Train,-4990)"
}
reward corrected
