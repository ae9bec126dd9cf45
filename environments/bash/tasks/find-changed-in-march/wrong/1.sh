find /work/wiki -type f -name '*.md' -newermt '2024-03-01 UTC' -printf '%f\n' | sed 's/\.md$//' | LC_ALL=C sort
