#!/bin/bash
. /tests/check.sh
reward right "$(cat /app/ledger.csv)" "$(printf '%s\n' 2024-03-01,Rent,-85000 2024-03-02,Salary,240000 2024-03-05,Groceries,-6320 2024-03-05,Groceries,-1205 2024-03-09,Train,-4990)"
