"""The state of a shell as the shell itself writes it, and the script that gives it to a new shell."""

import os
import re
import resource
import stat
import time
from collections.abc import Iterator
from typing import NamedTuple, Optional

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bash_copies.sh"), "rb") as _file:
    # Functions with which a shell writes its state and takes one.
    WRITER = _file.read()
# Words of its functions for what no other shell can be given, and what they mean.
_REASONS = {
    b"directory": "a working directory that is gone or renamed",
    b"jobs": "background jobs that the shell waits for",
    b"ipc": "System V IPC objects",
}
# They would run for the driver's own commands.
_TRAPS = re.compile(rb" (DEBUG|RETURN)$", re.MULTILINE)
_PARTS = 7
# Variables that a shell gives values to itself.
_OWN = frozenset(
    (
        *("BASHOPTS", "BASHPID", "BASH_ALIASES", "BASH_ARGC", "BASH_ARGV", "BASH_ARGV0", "BASH_CMDS", "BASH_COMMAND"),
        *("BASH_EXECUTION_STRING", "BASH_LINENO", "BASH_MONOSECONDS", "BASH_SOURCE", "BASH_STACK", "BASH_SUBSHELL"),
        *("BASH_TRAPSIG", "BASH_VERSINFO", "BASH_VERSION", "COMP_WORDBREAKS", "DIRSTACK", "EPOCHREALTIME", "EPOCHSECONDS"),
        *("EUID", "FUNCNAME", "GROUPS", "HISTCMD", "LINENO", "PIPESTATUS", "PPID", "RANDOM", "SECONDS", "SHELLOPTS"),
        *("SRANDOM", "UID", "_"),
    )
)
_CLEAR = f"__sw_clear ' {' '.join(sorted(_OWN))} '\n".encode()
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_QUOTED_OR_END = re.compile(rb"\"[^\"]*\"|'[^']*'|(\n)")
_NAME = re.compile(rb"declare -\S+ (\w+)[=\n]")
# What is read of a state, and the memory of a shell that is asked for it.
MOST_BYTES = 4 << 20
_MOST_RESIDENT = 64 << 20
_NULL_DEVICE = os.makedev(1, 3)
_NULL = (0, 0)
# Between two looks at a shell, and in all.
_ROUND_S = 0.0005
_IDLE_S = 1.0


class ShellState(NamedTuple):
    """`script`: what a new shell runs to get this state. `reasons`: why it cannot get all of it, in words."""

    script: bytes
    reasons: list[str]

    def equals(self, other: "ShellState") -> bool:
        """Whether both are the same state. Time passes in every shell, and tables have no order."""
        return not self.reasons and not other.reasons and _lines(self.script) == _lines(other.script)


def parse(written: bytes) -> Optional[ShellState]:
    """The state that the driver's `__sw_save` wrote; None if the shell did not write all of it."""
    parts = written.split(b"\0")
    if len(parts) == 1 and _TRAPS.search(written):
        return ShellState(b"", ["traps for DEBUG or RETURN"])
    if len(parts) != _PARTS + 1 or parts[-1]:
        return None
    traps, words, _, declared, place, before, after = parts[:_PARTS]
    reasons = [reason for word, reason in _REASONS.items() if word in words.split(b"\n")]
    return ShellState(b"".join((_CLEAR, place, *_variables(declared), before, traps, after)), reasons)


def _variables(declared: bytes) -> Iterator[bytes]:
    """Of what `declare -p` writes, the variables that a new shell must be given. A value can have several lines."""
    # Of the same length, so that every quotation mark that is left begins or ends a text.
    plain = _ESCAPE.sub(b"  ", declared)
    start = 0
    for found in _QUOTED_OR_END.finditer(plain):
        if found[1] is None:
            continue
        name = _NAME.match(declared, start)
        if name and not name[1].startswith(b"__sw_") and name[1].decode() not in _OWN:
            yield declared[start : found.end()]
        start = found.end()


def may_tell(pid: int) -> bool:
    """
    Whether a shell can write its state in time: it would be ended if it may not write files of any size, and its state is
    no larger than its memory.
    """
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            resident = int(file.read().split()[1]) * resource.getpagesize()
        limit = resource.prlimit(pid, resource.RLIMIT_FSIZE)[0]
    except OSError:
        return False
    return limit == resource.RLIM_INFINITY and resident <= _MOST_RESIDENT


def wait_until_idle(pid: int) -> None:
    """Wait for a shell that has reported until it sleeps, which it does only when it waits for a command; not for long."""
    until = time.monotonic() + _IDLE_S
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                if file.read().rpartition(b") ")[2].startswith(b"S"):
                    return
        except OSError:
            return
        time.sleep(_ROUND_S)


def has_own_descriptors(pid: int, own: list[int], output: int) -> bool:
    """
    Whether a waiting shell has the descriptors that it began with and no others: copies of `own` and `output`, descriptors
    of the runner, and /dev/null. While it waits, its standard error is /dev/null, and another descriptor keeps `output` for
    it.
    """
    try:
        shell = _descriptors(pid)
    except OSError:
        return False
    wanted = sorted((*(_file(os.stat(fd)) for fd in (*own, output)), _NULL))
    standard = [shell.pop(fd, None) for fd in (0, 1, 2)]
    return standard == [_NULL, _file(os.stat(output)), _NULL] and sorted(shell.values()) == wanted


def _descriptors(pid: int) -> dict[int, tuple[int, int]]:
    folder = f"/proc/{pid}/fd"
    return {int(name): _file(os.stat(f"{folder}/{name}")) for name in os.listdir(folder)}


def _file(status: os.stat_result) -> tuple[int, int]:
    """Which file it is; every /dev/null is the same."""
    is_null = stat.S_ISCHR(status.st_mode) and status.st_rdev == _NULL_DEVICE
    return _NULL if is_null else (status.st_dev, status.st_ino)


def _lines(script: bytes) -> list[bytes]:
    """Its lines in any order, without the first two: what it clears is always the same, and the time is not."""
    return sorted(script.split(b"\n")[2:])
