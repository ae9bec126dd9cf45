# Read and evaluated once by the sandbox's bash, before the agent's first command; session.py has the other end.
# 60: "go" lines in. 61: a command's text up to a NUL byte, then its standard input. 62: reports
# "<sequence> <exit status> <working directory>\0" out. A go line is empty, "i" where there is input, or "s": then the shell
# writes its state into the file of the texts (61), for another shell; shell_state.py has the other end.

# The loop runs with 60 to 62 closed. To restore them, bash keeps copies under other numbers, close-on-exec. The driver
# finds these copies by file identity and uses them to talk to the runner, so programs never inherit them.
__sw_find() {
  for __sw_fd in {10..30}; do
    if [[ /proc/self/fd/$__sw_fd -ef /proc/self/fd/63 ]]; then __sw_go=$__sw_fd; fi
    if [[ /proc/self/fd/$__sw_fd -ef /proc/self/fd/64 ]]; then __sw_text=$__sw_fd; fi
    if [[ /proc/self/fd/$__sw_fd -ef /proc/self/fd/65 ]]; then __sw_report=$__sw_fd; fi
    if [[ $__sw_go && $__sw_text && $__sw_report ]]; then break; fi
  done
  exec 63<&- 64<&- 65<&-
}

# Restore `$?` of the previous command. Followed by `&& :`, a failure runs no ERR trap and ends no shell with errexit.
__sw_again() {
  return "$__sw_status"
}

# Turn tracing on for the command, but not for what is around it. A syntax error shows the whole line: if the first line has
# one, it gets nothing in front of it, as it does not run, and tracing is on again for the next command.
__sw_traced() {
  __sw_tracing=${-//[^xv]}
  builtin set +xv
  [[ $(builtin eval "builtin set -n"$'\n'"$__sw_code" 2>&1) == *"\`${__sw_code%%$'\n'*}'"* ]] && return
  __sw_code="{ set -$__sw_tracing; __sw_again && :; } 2>/dev/null; $__sw_code"
  __sw_tracing=
}

# At a deadline: leave functions and loops one by one, and skip every command until the report. The status 2 of a
# DEBUG trap under extdebug skips the next command and returns from a function; what names __sw_ is the driver's own.
__sw_skip() { return 2; }
__sw_cut() {
  __sw_cutting=1
  builtin shopt -s extdebug
  builtin trap '[[ $BASH_COMMAND == *__sw_* || $BASH_COMMAND == "return 130"* || $BASH_COMMAND == "break 9999"* ]] || __sw_skip' DEBUG
}
__sw_mend() {
  builtin trap $__sw_nothing - DEBUG
  builtin shopt $__sw_nothing -u extdebug
  __sw_cutting=
}

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

trap '{ [[ $__sw_running ]] && __sw_cut; } 2>/dev/null && { return 130 2>/dev/null; break 9999 2>/dev/null; }' RTMIN+7

# The script was standard input, and the shell's name its path.
exec </dev/null 63<&60 64<&61 65>&62
BASH_ARGV0=bash

shopt -s expand_aliases
__sw_sequence=0
__sw_cutting=
__sw_running=
__sw_nothing=
__sw_tracing=
__sw_go=
__sw_text=
__sw_report=
# Report the last command, wait for the next, evaluate it. What is around it runs with standard error at /dev/null, so that
# tracing shows none of it. A deadline's signal that comes late finds no command running and is ignored: it must not cut the
# wait for the next one. After a failure, a text that begins with a comment, or has no command, carries the status itself: it may
# leave it as it is, and no error shows its first line. A `read` of a command whose time was over leaves what it had read ahead to
# the next `read` of any file: reading /dev/null drops it. A stray `break` leaves the inner loops; the outermost text then evaluates itself again.
__sw_loop='while while {
    __sw_status=$? __sw_running=;
    [[ $__sw_cutting ]] && __sw_mend;
    [[ $__sw_tracing ]] && builtin set "-$__sw_tracing" && __sw_tracing=;
    builtin printf "%s\0" "$__sw_sequence $__sw_status $PWD" >&$__sw_report;
    builtin read -r -u $__sw_go __sw_input || builtin exit 0;
    if [[ $__sw_input == s ]]; then
      __sw_tracing=${-//[^xv]};
      builtin set +xv;
      builtin trap -p DEBUG RETURN >&$__sw_text;
      [[ -s /proc/self/fd/$__sw_text ]] || { builtin trap -p; builtin printf "\0"; __sw_save "$@"; __sw_saved; } >&$__sw_text;
    else builtin read -r __sw_spilled </dev/null; IFS= builtin read -r -d "" -u $__sw_text __sw_code; case $-$__sw_status in
      *[xv]*) __sw_traced ;;
      *[!0-9]0) ;;
      *) case ${__sw_code#"${__sw_code%%[![:space:]]*}"} in
        "" | "#"*) __sw_code="__sw_again && :; $__sw_code" ;;
        *) __sw_input=failed$__sw_input ;;
      esac ;;
    esac; fi;
    __sw_sequence=$((__sw_sequence + 1)) __sw_running=1;
  } 2>/dev/null; do
    case $__sw_input in
      s) __sw_again && : ;;
      failedi) __sw_again && :; builtin eval "$__sw_code" <&$__sw_text ;;
      failed) __sw_again && :; builtin eval "$__sw_code" ;;
      i) builtin eval "$__sw_code" <&$__sw_text ;;
      *) builtin eval "$__sw_code" ;;
    esac;
  done; do :; done; builtin eval "$__sw_loop"'
# One line, so that errors name the command's lines.
__sw_loop=${__sw_loop//$'\n'/ }
