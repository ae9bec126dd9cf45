cd /work/deploy && ln -sf releases/v1.10.1 current
