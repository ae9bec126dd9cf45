#!/bin/bash
cat >> /app/build.sh <<'END'
export LC_ALL=C
for page in /app/site/*.html; do
  sed -n "1s,<h1>\(.*\)</h1>,<a href=\"$(basename "$page")\">\1</a>,p" "$page"
done > /app/index.html && mv /app/index.html /app/site/index.html
END
bash /app/build.sh
