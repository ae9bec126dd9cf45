find /work/build -mindepth 1 -empty -delete
