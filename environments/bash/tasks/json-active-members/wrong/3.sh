grep -h '"active": true' /work/members/*.json | grep -o '[a-z]*@' | tr -d @ | LC_ALL=C sort
