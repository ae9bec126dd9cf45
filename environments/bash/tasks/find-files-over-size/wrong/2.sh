cd /data/media && find . -maxdepth 1 -type f -size +1500c -printf '%f\n' | sed 's/\.wav$//' | LC_ALL=C sort
