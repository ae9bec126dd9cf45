jq -r 'select(.level == "error") | [.time, .service, .message] | @csv' /data/events/events.jsonl > /data/events/errors.csv
