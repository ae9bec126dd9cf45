# Read and evaluated once by the sandbox's bash, before the agent's first command; BashSession holds the loop.
# 60: "go" lines in, reports "<sequence> <exit status> <working directory>\0" out. 61: a command's text up to a NUL byte,
# then its standard input. A go line names the descriptor that the command reads: 0 (/dev/null) or 61.

# Report the last command and wait for the next. Runs with standard error at /dev/null, so that tracing shows none of it.
# A deadline's signal that comes late finds no command running and is ignored: it must not cut the wait for the next one.
__sw_next() {
  __sw_status=$?
  __sw_running=
  if [[ $__sw_cutting ]]; then
    builtin trap $__sw_nothing - DEBUG
    builtin shopt $__sw_nothing -u extdebug
    __sw_cutting=
  fi
  builtin printf '%s\0' "$__sw_sequence $__sw_status $PWD" >&60
  builtin read -r -u 60 __sw_source || builtin exit 0
  __sw_sequence=$((__sw_sequence + 1))
  IFS= builtin read -r -d '' -u 61 __sw_code
  if [[ $- == *[xv]* ]]; then
    __sw_code="{ set -${-//[^xv]}; __sw_again; } 2>/dev/null; $__sw_code"
    builtin set +xv
  elif [[ $__sw_status != 0 && $- != *e* ]]; then
    __sw_code="__sw_again; $__sw_code"
  fi
  __sw_running=1
}

# Make $? what it was after the last command.
__sw_again() {
  [[ $- == *e* ]] || return "$__sw_status"
}

# At a deadline: leave functions and loops one by one, and skip every command until the report. The status 2 of a
# DEBUG trap under extdebug skips the next command and returns from a function; what names __sw_ is the driver's own.
__sw_skip() { return 2; }
__sw_cut() {
  __sw_cutting=1
  builtin shopt -s extdebug
  builtin trap '[[ $BASH_COMMAND == *__sw_* || $BASH_COMMAND == "return 130"* || $BASH_COMMAND == "break 9999"* ]] || __sw_skip' DEBUG
}
trap '{ [[ $__sw_running ]] && __sw_cut; } 2>/dev/null && { return 130 2>/dev/null; break 9999 2>/dev/null; }' RTMIN+7

# The script was standard input, and the shell's name its path.
exec </dev/null
BASH_ARGV0=bash

# When memory runs out the agent's processes go first, never the runner.
echo 1000 >/proc/self/oom_score_adj
shopt -s expand_aliases
__sw_sequence=0
__sw_cutting=
__sw_running=
__sw_nothing=
__sw_loop='while while { __sw_next; } 2>/dev/null; do builtin eval "$__sw_code" <&$__sw_source 60<&- 61<&-; done; do :; done; builtin eval "$__sw_loop"'
