"""What the runner asks of processes and tells them, whoever they are."""

import os
import signal
import time

_TICKS = os.sysconf("SC_CLK_TCK")


def ticks_at(moment: float) -> int:
    """
    A moment of the monotonic clock in the unit of a process's start time, 10 ms: what started just before it seems to have
    started at it.
    """
    return int((time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic() + moment) * _TICKS)


def offer_first(pid) -> None:
    """When memory runs out, this process (a pid, or "self") and those that it starts go first, never the runner."""
    try:
        with open(f"/proc/{pid}/oom_score_adj", "w", encoding="ascii") as file:
            file.write("1000")
    except OSError:
        # It has ended already.
        pass


def children_of(pid: int):
    """The processes that a process has started and that live, or wait to be waited for."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def exit_status(status: int) -> int:
    """What a shell makes of the status that `wait` returns: 128 + signal where one killed the process."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def reap_orphans(kept) -> None:
    """Wait for what has lost its parent to the runner and ended; the ends of `kept` are for others to see."""
    for pid in children_of(os.getpid()):
        if pid not in kept:
            os.waitpid(pid, os.WNOHANG)


def end_strays(kept) -> None:
    """Kill what the runner started and does not know of, as when the one that started it was killed at that moment."""
    for pid in children_of(os.getpid()):
        if pid not in kept:
            send(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def send(pid: int, number: int) -> bool:
    """Signal a process; whether it was reached."""
    try:
        os.kill(pid, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False


def started_at(pid: int):
    """When a process started, in the unit of `ticks_at`; None where it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        return None


class LastPid:
    """The number of the process that was started last, in the runner's pid namespace and those below it."""

    def __init__(self) -> None:
        self._file = os.open("/proc/loadavg", os.O_RDONLY | os.O_CLOEXEC)

    def read(self) -> bytes:
        return os.pread(self._file, 128, 0).rpartition(b" ")[2]

    def close(self) -> None:
        os.close(self._file)
