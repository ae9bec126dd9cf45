git -C /work/plans.git log -1 --diff-filter=D --format='%an: %s' main
