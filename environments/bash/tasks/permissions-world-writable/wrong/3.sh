find /work/site -type f -perm -o=w -printf '%f\n' | LC_ALL=C sort
