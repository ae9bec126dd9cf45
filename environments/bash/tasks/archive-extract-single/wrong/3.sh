tar -xzOf /work/inbox/handbook.tar.gz --wildcards '*manual.txt*' > /work/manual.txt
