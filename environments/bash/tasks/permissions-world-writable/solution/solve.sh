find /work/site -type f -perm -o=w -printf '%f\n' -exec chmod o-w {} \; | LC_ALL=C sort
