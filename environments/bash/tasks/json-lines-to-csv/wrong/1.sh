{ echo time,service,message; grep error /data/events/events.jsonl | jq -r '[.time, .service, .message] | @csv'; } > /data/events/errors.csv
