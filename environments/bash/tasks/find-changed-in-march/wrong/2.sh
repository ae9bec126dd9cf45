find /work/wiki -maxdepth 2 -type f -newermt '2024-03-01 UTC' ! -newermt '2024-03-31 UTC' -printf '%f\n' | sed 's/\.md$//' | LC_ALL=C sort
