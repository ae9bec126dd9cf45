# Read and evaluated by a sandbox's bash when the first copy of its state is made, and before it takes a state; see
# shell_state.py.

# Write what a new shell needs to get this one's state. Parts end with a NUL byte: words for what cannot be carried; notes of the
# functions; the variables; the script up to them, up to the traps, and after the traps. The notes are read back, as a capture would
# need a process. Aliases apply to lines after them, so the last part is one command.
__sw_save() {
  __sw_options_were=$BASHOPTS __sw_modes_were=$SHELLOPTS
  builtin local -
  builtin set +eu
  builtin shopt -u nocasematch
  builtin local __sw_line __sw_at
  builtin local -a __sw_lines __sw_functions
  [[ $PWD -ef . && $PWD == /* && $PWD != *$'\n'* ]] || builtin echo directory
  [[ $! ]] && builtin echo jobs
  for __sw_line in shm sem msg; do
    builtin mapfile -t __sw_lines <"/proc/sysvipc/$__sw_line"
    ((${#__sw_lines[@]} == 1)) || builtin echo ipc
  done
  builtin printf '\0\n'
  builtin declare -F
  builtin printf '\0'
  builtin mapfile -t __sw_lines <"/proc/self/fd/$__sw_text" || return
  for __sw_line in "${__sw_lines[@]}"; do
    [[ $__sw_line != "declare -f"* || $__sw_line == *" __sw_"* ]] || __sw_functions+=("${__sw_line#declare -}")
  done
  builtin declare -p
  builtin printf '\0SECONDS=%d\nbuiltin cd -- %q\n' "$SECONDS" "$PWD"
  for ((__sw_at = ${#DIRSTACK[@]} - 1; __sw_at > 0; __sw_at--)); do
    builtin printf 'builtin pushd -n -- %q\n' "${DIRSTACK[__sw_at]}"
  done
  builtin printf '\0BASH_ARGV0=%q\nbuiltin set --' "$0"
  (($# > 0)) && builtin printf ' %q' "$@"
  builtin echo
  builtin umask -p
  for __sw_line in c d e f i l m n q r s t u v x; do
    builtin printf 'builtin ulimit -S%s ' "$__sw_line"
    builtin ulimit "-S$__sw_line"
    builtin printf 'builtin ulimit -H%s ' "$__sw_line"
    builtin ulimit "-H$__sw_line"
  done
  builtin complete -p
  for __sw_line in "${!BASH_CMDS[@]}"; do
    builtin printf 'builtin hash -p %q %q\n' "${BASH_CMDS[$__sw_line]}" "$__sw_line"
  done
  builtin printf '\0builtin shopt -s extglob\n'
  for __sw_line in "${__sw_functions[@]}"; do
    builtin declare -f -- "${__sw_line#* }"
    [[ $__sw_line == "f "* ]] || builtin printf 'builtin declare -%s -- %q\n' "${__sw_line%% *}" "${__sw_line#* }"
  done
  builtin printf '{\n'
  for __sw_line in "${!BASH_ALIASES[@]}"; do
    builtin printf 'builtin alias -- %q=%q\n' "$__sw_line" "${BASH_ALIASES[$__sw_line]}"
  done
  builtin enable -n
  builtin printf '__sw_options %q %q\n' "$__sw_options_were" "$__sw_modes_were"
  builtin printf '__sw_tracing=%s __sw_status=%s\n__sw_again && :\n}\n\0' "$__sw_tracing" "$__sw_status"
}
__sw_saved() {
  if [[ :$__sw_options_were: == *:nocasematch:* ]]; then builtin shopt -s nocasematch; fi
}

# For a new shell: no variables but those that are named, each between spaces.
__sw_clear() {
  builtin printf -v __sw_line '"${!%s@}" ' {A..Z} {a..z} _
  builtin eval "__sw_names=($__sw_line)"
  for __sw_line in "${__sw_names[@]}"; do
    [[ $__sw_line == __sw_* || $1 == *" $__sw_line "* ]] || builtin unset -v "$__sw_line"
  done
  builtin unset -v __sw_line __sw_names
}

# Exactly these options of `shopt` and `set`, as in BASHOPTS and SHELLOPTS.
__sw_options() {
  __sw_differ "$BASHOPTS" "$1" builtin shopt -u
  __sw_differ "$1" "$BASHOPTS" builtin shopt -s
  __sw_differ "$SHELLOPTS" "$2" builtin set +o
  __sw_differ "$2" "$SHELLOPTS" builtin set -o
}
# For each word of a list that is not in the other.
__sw_differ() {
  __sw_list=$1: __sw_other=:$2:
  builtin shift 2
  while [[ $__sw_list ]]; do
    if [[ $__sw_other != *:"${__sw_list%%:*}":* ]]; then "$@" "${__sw_list%%:*}"; fi
    __sw_list=${__sw_list#*:}
  done
}
