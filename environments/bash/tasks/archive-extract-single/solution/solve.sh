tar -xzOf /work/inbox/handbook.tar.gz book/docs/en/manual.txt > /work/manual.txt
