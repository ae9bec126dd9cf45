mkdir /work/prices && for t in $(git -C /work/prices.git tag); do git -C /work/prices.git show "$t:prices.txt" > "/work/prices/$t.txt" 2> /dev/null; done
