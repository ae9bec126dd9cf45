find /work/build -type f -empty ! -name .gitkeep -delete
