grep -r --include='*.js' --exclude-dir=node_modules --exclude-dir=dist -hiow TODO /work/shop | wc -l
