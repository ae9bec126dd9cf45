cut -d ' ' -f 1 /work/visits/*.log | sort -u | wc -l
