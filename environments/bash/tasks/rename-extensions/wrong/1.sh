cd /data/scans && for f in *.JPG *.JPEG *.Jpg; do mv "$f" "$(echo "$f" | sed 's/\.[^.]*$/.jpg/')"; done
