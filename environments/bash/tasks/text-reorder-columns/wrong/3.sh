awk -F '\t' 'NR > 1 { print $4 ": " $3 ", " $2 }' /work/staff/people.tsv | sort -n
