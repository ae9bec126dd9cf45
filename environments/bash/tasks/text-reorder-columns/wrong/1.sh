tail -n +2 /work/staff/people.tsv | sort -k4,4n | awk '{ print $4 ": " $3 ", " $2 }' > /work/staff/rooms.txt
