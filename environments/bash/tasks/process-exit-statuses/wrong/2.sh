bad=0; for f in /work/checks/*.sh; do if "$f" > /dev/null 2>&1; then s=0; else s=1; bad=$((bad + 1)); fi; echo "$(basename $f .sh) $s" >> /work/results.txt; done; echo "failed=$bad"
