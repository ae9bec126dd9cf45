cd /data && tar -czf b/inner.tgz a && rm -r a && tar -czf c/middle.tar.gz b && rm -r b && tar -cf delivery.tar c && rm -r c; cd /
