git -C /work/site.git log --all --author=Mira --oneline | wc -l
