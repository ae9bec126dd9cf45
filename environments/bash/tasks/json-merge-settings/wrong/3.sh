jq -S -s '.[1] * .[0] | del(.log.file)' /work/app/defaults.json /work/app/local.json > /work/app/effective.json
