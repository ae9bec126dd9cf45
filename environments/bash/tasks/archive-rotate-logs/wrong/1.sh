cd /work/logs && tar -cf 2023.tar --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 app-2023-*.log && tar -tf 2023.tar
