cd /data/media && find . -type f -size -1500c -printf '%f\n' | sed 's/\.wav$//' | LC_ALL=C sort
