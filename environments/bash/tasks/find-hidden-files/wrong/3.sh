find /home/agent -name '.*' | wc -l
