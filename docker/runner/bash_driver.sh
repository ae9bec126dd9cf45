# Read and evaluated once by the sandbox's bash, before the agent's first command; session.py has the other end.
# 60: "go" lines in. 61: a command's text up to a NUL byte, then its standard input. 62: reports
# "<sequence> <exit status> <working directory>\0" out. A go line is empty, "i" where there is input, or "s": then the text
# is functions, and the shell empties the file and writes its state behind its place, for another shell; shell_state.py has the
# other end.

# The loop runs with 59, which is /dev/null, and 60 to 62 closed. To restore them, bash keeps copies under other numbers,
# close-on-exec. The driver finds these copies by file identity and uses them, so programs never inherit them.
__sw_find() {
  for __sw_fd in {10..30}; do
    if [[ /proc/self/fd/$__sw_fd -ef /proc/self/fd/63 ]]; then __sw_go=$__sw_fd; fi
    if [[ /proc/self/fd/$__sw_fd -ef /proc/self/fd/64 ]]; then __sw_text=$__sw_fd; fi
    if [[ /proc/self/fd/$__sw_fd -ef /proc/self/fd/65 ]]; then __sw_report=$__sw_fd; fi
    if [[ /proc/self/fd/$__sw_fd -ef /dev/null ]]; then __sw_null=$__sw_fd; fi
    if [[ $__sw_go && $__sw_text && $__sw_report && $__sw_null ]]; then break; fi
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

# RTMIN+7, by number: C libraries count from different ones.
trap '{ [[ $__sw_running ]] && __sw_cut; } 2>/dev/null && { return 130 2>/dev/null; break 9999 2>/dev/null; }' 41

# The script was standard input, and the shell's name its path.
exec </dev/null 59<>/dev/null 63<&60 64<&61 65>&62
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
__sw_null=
# Report the last command, wait for the next, evaluate it. What is around it runs with standard error at /dev/null, so that
# tracing shows none of it. A deadline's signal that comes late finds no command running and is ignored: it must not cut the
# wait for the next one. After a failure, a text that begins with a comment, or has no command, carries the status itself: it may
# leave it as it is, and no error shows its first line. A `read` of a command whose time was over leaves what it had read ahead to
# the next `read` of any file: reading standard error, which is /dev/null here, drops it. A stray `break` leaves the inner loops;
# the outermost text then evaluates itself again.
__sw_loop='while while {
    __sw_status=$? __sw_running=;
    [[ $__sw_cutting ]] && __sw_mend;
    [[ $__sw_tracing ]] && builtin set "-$__sw_tracing" && __sw_tracing=;
    builtin printf "%s\0" "$__sw_sequence $__sw_status $PWD" >&$__sw_report;
    builtin read -r -u $__sw_go __sw_input || builtin exit 0;
    builtin read -r -u 2 __sw_spilled;
    if [[ $__sw_input == s ]]; then
      __sw_tracing=${-//[^xv]};
      builtin set +xv;
      IFS= builtin read -r -d "" -u $__sw_text __sw_code || builtin exit 0;
      __sw_aliases=; builtin shopt -q expand_aliases && __sw_aliases=1 && builtin shopt -u expand_aliases;
      builtin eval "$__sw_code";
      __sw_code=;
      [[ $__sw_aliases ]] && builtin shopt -s expand_aliases;
      builtin : >|/proc/self/fd/$__sw_text;
      builtin trap -p DEBUG RETURN >&$__sw_text;
      [[ -s /proc/self/fd/$__sw_text ]] || { builtin trap -p; builtin printf "\0"; __sw_save "$@"; __sw_saved; } >&$__sw_text;
    else IFS= builtin read -r -d "" -u $__sw_text __sw_code || builtin exit 0; case $-$__sw_status in
      *[xv]*) __sw_traced ;;
      *[!0-9]0) ;;
      *) case ${__sw_code#"${__sw_code%%[![:space:]]*}"} in
        "" | "#"*) __sw_code="__sw_again && :; $__sw_code" ;;
        *) __sw_input=failed$__sw_input ;;
      esac ;;
    esac; fi;
    __sw_sequence=$((__sw_sequence + 1)) __sw_running=1;
  } 2<&$__sw_null || builtin exit 0; do
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
