cd /app && rm -rf photos && mkdir photos && mkdir -p /tests && find photos > /tests/expected.txt
