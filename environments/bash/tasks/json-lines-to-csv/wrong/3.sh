{ echo time,service,message; jq -r 'select(.level == "error") | [.time, .service, .message] | join(",")' /data/events/events.jsonl; } > /data/events/errors.csv
