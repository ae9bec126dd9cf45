find /work/web -type l -delete
