# The loop of a session in an image without bash, for any POSIX shell; sh_process.py has the other end. Standard input is this
# text, one command, so that it is read before it runs. 7: lines "go" in, with the number of lines of a command, and "i" where there
# is input. 8: a command's lines, then its standard input. 9: reports "<sequence> <exit status> <working directory>\0" out. Such a
# shell names descriptors by one digit only. It reads byte by byte, and so leaves the input to the command.
{
  exec </dev/null
  __sw_sequence=0
  __sw_running=
  # By number: C libraries count real-time signals from different ones. At a deadline, it leaves the function.
  trap '[ "$__sw_running" ] && return 130 2>/dev/null' 41
  # The status of the previous command. Followed by `&& :`, a failure ends no shell with errexit.
  __sw_again() {
    return "$__sw_status"
  }
  __sw_run() {
    __sw_again && :
    # By `command`, an error of syntax or of a builtin does not end the shell.
    case $__sw_input in
      i) command eval "$__sw_code" <&8 7<&- 8<&- 9>&- ;;
      *) command eval "$__sw_code" 7<&- 8<&- 9>&- ;;
    esac
  }
  while {
    __sw_status=$? __sw_running=
    command printf '%s\0' "$__sw_sequence $__sw_status $PWD" >&9
    IFS=' ' read -r __sw_lines __sw_input <&7 || exit 0
    __sw_code=
    while [ "$__sw_lines" -gt 0 ]; do
      IFS= read -r __sw_line <&8 || exit 0
      __sw_code=$__sw_code$__sw_line'
'
      __sw_lines=$((__sw_lines - 1))
    done
    __sw_sequence=$((__sw_sequence + 1)) __sw_running=1
  } 2>/dev/null; do
    __sw_run
  done
}
