#!/bin/bash
cat > /app/report.sh <<'END'
#!/bin/bash
export LC_ALL=C
tr -cs 'A-Za-z' '\n' | tr 'A-Z' 'a-z' | grep . | sort | uniq -c | sort -k1,1nr -k2,2 | while read -r count word; do
  echo "$word $count"
done
END
chmod +x /app/report.sh
