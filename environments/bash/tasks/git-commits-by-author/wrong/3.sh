git -C /work/site.git log --all | grep -c Mira
