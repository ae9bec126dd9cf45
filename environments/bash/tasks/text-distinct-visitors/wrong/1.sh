cat /work/visits/*.log | sort -u | wc -l
