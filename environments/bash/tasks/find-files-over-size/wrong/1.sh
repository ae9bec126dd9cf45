cd /data/media && find . -type f -size +1k -printf '%f\n' | sed 's/\.wav$//' | LC_ALL=C sort
