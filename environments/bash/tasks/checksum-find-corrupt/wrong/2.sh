(cd /work/mirror && sha256sum -c SHA256SUMS 2>&1)
