tar -xzf /work/inbox/handbook.tar.gz -C /work --wildcards '*/manual.txt'
