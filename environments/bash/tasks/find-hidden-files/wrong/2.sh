ls -A /home/agent | grep -c '^\.'
