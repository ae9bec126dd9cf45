cd /work/deploy && mv -T current previous && ln -s "$(dirname "$(ls -d releases/*/.ready | LC_ALL=C sort | tail -n 1)")" latest
