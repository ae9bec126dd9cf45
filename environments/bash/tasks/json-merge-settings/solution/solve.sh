jq -S -s '.[0] * .[1] | delpaths([paths(. == null)])' /work/app/defaults.json /work/app/local.json > /work/app/effective.json
