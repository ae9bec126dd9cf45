(cd /work/mirror && sha256sum [a-z]* | diff - SHA256SUMS | awk '/^</ { print $3 }')
