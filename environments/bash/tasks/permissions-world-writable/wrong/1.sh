find /work/site -type f -perm 0777 -printf '%f\n' -exec chmod 0755 {} \; | LC_ALL=C sort
