git clone -q /work/prices.git /work/prices && cd /work/prices && for t in v1.0 v1.1 spring-sale; do git show "$t:prices.txt" > "$t.txt"; done
