cd /work/deploy && new=$(ls -d releases/* | sort -V | tail -n 1) && ln -sfn "$new" current && ln -sfn "$(readlink current)" previous
