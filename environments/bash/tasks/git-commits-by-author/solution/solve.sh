git -C /work/site.git log --all --format=%an | grep -cx Mira
