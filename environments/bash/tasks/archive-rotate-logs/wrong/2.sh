cd /work/logs && tar -czf 2023.tar --remove-files *2023*.log && tar -tzf 2023.tar
