cat /work/speech/*.txt | tr -cs 'A-Za-z' '\n' | grep -E '^.{5,}$' | sort | uniq -c | sort -nr | head -n 3
