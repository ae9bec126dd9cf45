(cd /work/mirror && LC_ALL=C sha256sum -c SHA256SUMS 2>/dev/null | sed -n 's/: FAILED$//p' | LC_ALL=C sort)
