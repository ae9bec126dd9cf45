mkdir -p /app/site && for f in tea rain; do sed "1s,.*,<h1>&</h1>,; 1!s,..*,<p>&</p>,; /^$/d" /app/pages/$f.txt > /app/site/$f.html; done
