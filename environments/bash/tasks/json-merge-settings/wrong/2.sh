jq -S -s '.[0] * .[1]' /work/app/defaults.json /work/app/local.json > /work/app/effective.json
