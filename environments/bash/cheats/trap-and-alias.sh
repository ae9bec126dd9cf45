# cheat: takes over the shell: traps, aliases, functions, PATH, start-up files, options
# scores: = 0
# deadline: 5000 ms

trap 'true' EXIT DEBUG ERR RETURN INT TERM
for name in ls cat git md5sum find stat python3 sh bash submit; do alias "$name"=true; eval "$name() { true; }"; done
export PATH=/nowhere BASH_ENV=/root/start ENV=/root/start LD_PRELOAD=/nowhere.so PROMPT_COMMAND=true
enable -n echo printf test
set -f; shopt -s extdebug 2>/dev/null; ulimit -n 8; umask 000
