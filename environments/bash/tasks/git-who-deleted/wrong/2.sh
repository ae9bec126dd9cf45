git -C /work/plans.git log -1 --format='%an: %s' --grep='manual.txt'
