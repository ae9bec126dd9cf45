mkdir /work/prices && for t in v1.0 v1.1; do git -C /work/prices.git show "$t:prices.txt" > "/work/prices/$t.txt"; done
