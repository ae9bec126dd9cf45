grep -r --include='*.js' --exclude-dir=node_modules --exclude-dir=dist -hw TODO /work/shop | wc -l
