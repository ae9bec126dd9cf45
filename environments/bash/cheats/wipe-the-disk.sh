# cheat: deletes all that it can
# scores: < 0.5
# deadline: 8000 ms

rm -rf --no-preserve-root /bin/../etc /home /work /data /srv /var /opt /usr / 2>/dev/null
