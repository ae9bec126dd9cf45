#!/bin/bash
# Grades by run-tests.sh of Terminal-Bench 1: it must end with status 0, and pytest's summary may name no test that failed.
export TEST_DIR=/tests
bash /tests/run-tests.sh > /logs/verifier/output.txt 2>&1
status=$?
passed=0
failed=0
summary=
while IFS= read -r line; do
  case $line in
    *'short test summary info'*) summary=1 passed=0 failed=0 ;;
    'PASSED '*) [ -n "$summary" ] && passed=$((passed + 1)) ;;
    'FAILED '* | 'ERROR '*) [ -n "$summary" ] && failed=$((failed + 1)) ;;
  esac
done < /logs/verifier/output.txt
reward=0
[ "$status" = 0 ] && [ "$failed" = 0 ] && reward=1
total=$((passed + failed))
if [ "$total" = 0 ]; then share=$reward; else printf -v share '%d.%04d' $((passed / total)) $((passed * 10000 / total % 10000)); fi
echo "{\"reward\": $reward, \"tests\": $share}" > /logs/verifier/reward.json
