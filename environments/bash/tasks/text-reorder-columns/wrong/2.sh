awk -F '\t' '{ print $4 ": " $3 ", " $2 }' /work/staff/people.tsv | LC_ALL=C sort > /work/staff/rooms.txt
