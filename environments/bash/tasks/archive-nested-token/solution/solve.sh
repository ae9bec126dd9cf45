tar -xOf /data/delivery.tar c/middle.tar.gz | tar -xzO b/inner.tgz | tar -xzO a/release.env | sed -n 's/^RELEASE_TOKEN="\(.*\)"$/\1/p'
