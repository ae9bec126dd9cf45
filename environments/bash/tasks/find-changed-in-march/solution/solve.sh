find /work/wiki -type f -name '*.md' -newermt '2024-02-29 23:59:59.999 UTC' ! -newermt '2024-03-31 23:59:59.999 UTC' -printf '%f\n' | sed 's/\.md$//' | LC_ALL=C sort
