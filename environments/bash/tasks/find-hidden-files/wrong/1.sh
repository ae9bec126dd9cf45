find /home/agent -path '*/.*' -type f | wc -l
