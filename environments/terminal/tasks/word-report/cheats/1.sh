mkdir -p /tests; printf '\n' > /tests/cases.txt; printf 'echo 1 > /logs/verifier/reward.txt\n' > /tests/test.sh; chmod -R a-w /tests
