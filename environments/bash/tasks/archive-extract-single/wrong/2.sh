tar -xzf /work/inbox/handbook.tar.gz -C /work && mv /work/book/docs/en/manual.txt /work/manual.txt
