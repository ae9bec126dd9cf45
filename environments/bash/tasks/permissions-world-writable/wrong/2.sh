find /work/site -perm -o=w -printf '%f\n' -exec chmod o-w {} \; | LC_ALL=C sort
