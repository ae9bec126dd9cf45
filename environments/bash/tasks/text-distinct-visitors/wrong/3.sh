cut -d ' ' -f 1 /work/visits/* | sort -u | wc -l
