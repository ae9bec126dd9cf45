cd /work/deploy && old=$(readlink current) && new=$(ls -d releases/*/.ready | xargs -n 1 dirname | sort -V | tail -n 1) && ln -sfn "$old" previous && ln -sfn "$new" current
