cd /work/sort && for f in in/*; do y=$(basename "$f" | cut -c 1-4); mkdir -p "out/$y"; mv "$f" "out/$y/"; done
