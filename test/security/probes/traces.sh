# What an earlier lease could have left in the shell itself.
builtin declare -p
builtin declare -F
builtin alias -p
builtin trap -p
builtin umask
builtin ulimit -a
builtin shopt -p
builtin set +o
builtin hash -l 2>&1
builtin dirs
builtin history
builtin complete -p 2>/dev/null
builtin jobs
