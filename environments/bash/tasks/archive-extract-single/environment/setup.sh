cd /work/inbox && tar -czf handbook.tar.gz book && rm -r book; cd /
