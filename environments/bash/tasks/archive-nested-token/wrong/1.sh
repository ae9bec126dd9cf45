tar -xOf /data/delivery.tar c/middle.tar.gz | tar -xzO b/release.env.sample | cut -d '"' -f 2
