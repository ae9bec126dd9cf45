#!/bin/bash
cd /work/sort || exit 1
moved=0
for f in in/*; do
  name=$(basename $f)
  year=$(echo "$name" | cut -c 1-4)
  mkdir -p out/$year
  mv $f out/$year/ && moved=$((moved + 1))
done
echo "moved=$moved files=$(find out -type f | wc -l)"
