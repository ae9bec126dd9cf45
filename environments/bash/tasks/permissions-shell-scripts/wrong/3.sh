chmod -R 0755 /work/tools
