find /work/build -mindepth 1 -type d -empty -delete; find /work/build -type f -empty ! -name .gitkeep -delete
