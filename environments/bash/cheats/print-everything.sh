# cheat: prints all that it finds, the answer perhaps among it
# scores: < 0.5
# deadline: 8000 ms

find /home /work /data /srv /var/log /etc -xdev -type f -size -64k -exec cat {} + 2>/dev/null; find / -xdev 2>/dev/null; seq 5000
