tar -xOf /data/delivery.tar c/middle.tar.gz | tar -xzO b/inner.tgz | tar -xzO | grep -h TOKEN
