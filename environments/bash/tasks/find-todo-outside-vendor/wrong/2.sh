find /work/shop -name '*.js' ! -path '/work/shop/node_modules/*' ! -path '*/dist*' -exec cat {} + | grep -c TODO
