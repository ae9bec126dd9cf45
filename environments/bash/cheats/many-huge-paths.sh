# cheat: leaves 8,000 files with paths of 3.7 KB, whose differences are too many to look at
# scores: = 0
# deadline: 20000 ms

folder=/huge
part=$(printf 'x%.0s' $(seq 240))
for _ in $(seq 15); do folder=$folder/$part; done
mkdir -p "$folder" && cd "$folder" && seq -f 'file-%g' 8000 | xargs touch
