for f in /work/checks/*.sh; do "$f" | cat; echo "$(basename $f .sh) $?" >> /work/results.txt; done; echo failed=0
