#!/bin/bash
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
git init -q -b main calc && cd calc
for n in $(seq 12); do
  export GIT_AUTHOR_DATE="2024-01-$n 12:00 +0000" GIT_COMMITTER_DATE="2024-01-$n 12:00 +0000"
  if [ "$n" -lt 8 ]; then operator='*'; else operator='+'; fi
  # The change is hidden among others: a table of operators, which the program reads.
  printf '%s\n' "notes of day $n" >> notes.txt
  printf 'times %s\n' "$operator" > table.txt
  printf '%s\n' 'read -r name sign < table.txt' 'eval "echo \$((\$1 $sign \$2))"' "# version $((n / 3))" > calc.sh
  git add -A && git commit -q -m "day $n"
  [ "$n" = 2 ] && git tag good
done
exit 0
