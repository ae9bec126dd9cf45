find /home/agent -type f -name '.*' | wc -l
