git -C /work/site.git log --author=Mira --oneline | wc -l
