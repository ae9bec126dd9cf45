#!/bin/bash
cd /app
declare -A named
for part in parts/*; do read -r sum _ < <(md5sum "$part"); named[$sum]=$part; done
while read -r sum; do cat "${named[$sum]}"; done < sums.txt > whole.tar.gz
mkdir -p out && tar -xzf whole.tar.gz -C out
