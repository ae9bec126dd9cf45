#!/bin/bash
cat > /app/build.sh <<'END'
rm -rf /app/site && mkdir /app/site
for page in /app/pages/*.txt; do
  name=$(basename "$page" .txt)
  sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; 1s,.*,<h1>&</h1>,; 1!s,..*,<p>&</p>,; /^$/d' "$page" > "/app/site/$name.html"
done
END
bash /app/build.sh
