jq -r '.[] | select(.active == true) | .email // empty | select(. != "") | sub("@.*"; "")' /work/members/*.json | LC_ALL=C sort
