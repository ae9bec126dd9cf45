git -C /work/plans.git log --reverse --diff-filter=D --format='%an: %s' main -- pump/manual.txt | head -n 1
