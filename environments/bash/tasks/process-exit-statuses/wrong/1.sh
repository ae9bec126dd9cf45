for f in /work/checks/*.sh; do "$f" > /dev/null 2>&1; echo "$(basename $f) $?" >> /work/results.txt; done; grep -vc " 0$" /work/results.txt
