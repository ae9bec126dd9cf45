grep -r --include='*.js' -h TODO /work/shop | wc -l
