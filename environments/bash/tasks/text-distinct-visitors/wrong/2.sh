cut -d ' ' -f 1 /work/visits/*.log | uniq | wc -l
