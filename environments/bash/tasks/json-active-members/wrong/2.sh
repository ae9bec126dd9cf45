jq -r '.[].email // empty' /work/members/*.json | sed 's/@.*//' | LC_ALL=C sort
