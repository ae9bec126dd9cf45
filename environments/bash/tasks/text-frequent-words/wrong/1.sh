tr -cs 'A-Za-z' '\n' < /work/speech/draft.txt | tr 'A-Z' 'a-z' | sort | uniq -c | sort -nr | head -n 3 | awk '{ print $2 }'
