tr -cs 'A-Za-z' '\n' < /work/speech/draft.txt | tr 'A-Z' 'a-z' | grep -E '^.{5,}$' | LC_ALL=C sort | uniq -c | LC_ALL=C sort -k1,1nr -k2 | head -n 3 | awk '{ print $2 }'
