cd /app && mkdir out && cat parts/* | tar -xz -C out
