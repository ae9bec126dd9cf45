jq -r '.[] | select(.active) | .email' /work/members/*.json | sed 's/@.*//' | LC_ALL=C sort
