tail -n +2 /work/staff/people.tsv | LC_ALL=C sort -t "$(printf '\t')" -k4,4n -k3,3 | awk -F '\t' '{ print $4 ": " $3 ", " $2 }' > /work/staff/rooms.txt
