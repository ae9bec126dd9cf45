# Read and evaluated once by the sandbox's bash, before the agent's first command; BashSession holds the loop.
# 60: a command's text (rewound by the runner), 61: reports, 62: standard input, 63: "go" lines.
# A report is "<sequence> <exit status> <working directory>\0".

# Report the last command and wait for the next. Runs with standard error at /dev/null, so that tracing shows none of it.
__sw_next() {
  __sw_status=$?
  if [[ $__sw_cutting ]]; then
    builtin trap $__sw_nothing - DEBUG
    builtin shopt $__sw_nothing -u extdebug
    __sw_cutting=
  fi
  __sw_flags=$-
  builtin set +xv
  builtin printf '%s %d %s\0' "$__sw_sequence" "$__sw_status" "$PWD" >&61
  builtin read -r -u 63 __sw_sequence __sw_stdin || builtin exit 0
  IFS= builtin read -r -d '' -u 60 __sw_code
  case $__sw_flags in
    *x*) __sw_code='{ set -x; __sw_again; } 2>/dev/null; '$__sw_code ;;
  esac
  return 0
}

# Make $? what it was after the last command; under `set -e` it can only have been ignored there.
__sw_again() {
  case $- in
    *e*) return 0 ;;
    *) return "$__sw_status" ;;
  esac
}

# At a deadline: leave functions and loops one by one, and skip every command until the report. The status 2 of a
# DEBUG trap under extdebug skips the next command and returns from a function; what names __sw_ is the driver's own.
__sw_skip() { return 2; }
__sw_cut() {
  __sw_cutting=1
  builtin shopt -s extdebug
  builtin trap '[[ $BASH_COMMAND == *__sw_* || $BASH_COMMAND == "return 130"* || $BASH_COMMAND == "break 9999"* ]] || __sw_skip' DEBUG
}
trap '{ __sw_cut; } 2>/dev/null; return 130 2>/dev/null; break 9999 2>/dev/null' RTMIN+7

# When memory runs out the agent's processes go first, never the runner.
echo 1000 >/proc/self/oom_score_adj
shopt -s expand_aliases
__sw_sequence=0
__sw_cutting=
__sw_nothing=
__sw_loop='while while { __sw_next; } 2>/dev/null; do { __sw_again; } 2>/dev/null; builtin eval "$__sw_code" <"$__sw_stdin" 60<&- 61>&- 62<&- 63<&-; done; do :; done; builtin eval "$__sw_loop"'
