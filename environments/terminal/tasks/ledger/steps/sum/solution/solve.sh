#!/bin/bash
cat > /app/sums.sh <<'END'
declare -A sums
while IFS=, read -r _ name cents; do sums[$name]=$((${sums[$name]:-0} + cents)); done < "$1"
for name in "${!sums[@]}"; do echo "$name,${sums[$name]}"; done | LC_ALL=C sort
END
