(cd /work/mirror && sha256sum alpine bodhi crux debian exherbo fedora gentoo > SHA256SUMS && echo extra >> crux && rm exherbo gentoo && echo "image of Fedora" > fedora)
