find /work/logs -name 'app-2023-*' | sort | tar -cPf /work/logs/2023.tar --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 --remove-files -T - && tar -tPf /work/logs/2023.tar
