"""What the runner asks of processes and tells them, whoever they are."""

import errno
import os
import re
import select
import signal
import time
from collections.abc import Collection
from typing import Optional, Union

_TICKS = os.sysconf("SC_CLK_TCK")
# How long an end may take that others hold up, and how often they are looked for.
_END_S = 10.0
_LOOK_MS = 20
_ROUND_S = 0.001
_TRACER = re.compile(rb"^TracerPid:\s+(\d+)$", re.MULTILINE)


def ticks_at(moment: float) -> int:
    """
    A moment of the monotonic clock in the unit of a process's start time, 10 ms: what started just before it seems to have
    started at it.
    """
    return int((time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic() + moment) * _TICKS)


def offer_first(pid: Union[int, str]) -> None:
    """When memory runs out, this process (a pid, or "self") and those that it starts go first, never the runner."""
    try:
        with open(f"/proc/{pid}/oom_score_adj", "w", encoding="ascii") as file:
            file.write("1000")
    except OSError:
        # It has ended already.
        pass


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that live, or wait to be waited for."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def exit_status(status: int) -> int:
    """What a shell makes of the status that `wait` returns: 128 + signal where one killed the process."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def reap(pid: int, kept: Collection[int]) -> int:
    """
    Wait for a child that has ended or has been killed; its exit status. The agent can hold up its end: a tracer is told of
    it before a parent is, and is killed; the first process of a namespace ends after the last one, which may be a child of
    the runner's that the agent has made, and is waited for, unless it is of `kept`. Raises OSError where nothing helps.
    """
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended == 0:
        exit_fd = os.pidfd_open(pid)
        try:
            status = _reaped_at_last(pid, exit_fd, kept)
        finally:
            os.close(exit_fd)
    return exit_status(status)


def _reaped_at_last(pid: int, exit_fd: int, kept: Collection[int]) -> int:
    exit_poll = select.poll()
    exit_poll.register(exit_fd, select.POLLIN)
    until = time.monotonic() + _END_S
    while time.monotonic() < until:
        is_dead = exit_poll.poll(_LOOK_MS)
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended != 0:
            return status
        tracer = _tracer_of(pid)
        if tracer and tracer not in kept:
            send(tracer, signal.SIGKILL)
        reap_orphans({*kept, pid})
        if is_dead:
            time.sleep(_ROUND_S)
    raise OSError(errno.ETIMEDOUT, f"process {pid} has been killed and does not end")


def _tracer_of(pid: int) -> int:
    """Who traces a process, 0 where nobody does."""
    with open(f"/proc/{pid}/status", "rb") as file:
        return int(_TRACER.search(file.read())[1])


def reap_orphans(kept: Collection[int]) -> None:
    """Wait for the runner's children that it does not know of and that ended; the ends of `kept` are for others to see."""
    for pid in children_of(os.getpid()):
        if pid not in kept:
            os.waitpid(pid, os.WNOHANG)


def end_strays(kept: Collection[int]) -> None:
    """Kill what the runner started and does not know of, as when the one that started it was killed at that moment."""
    for pid in children_of(os.getpid()):
        if pid not in kept:
            send(pid, signal.SIGKILL)
            reap(pid, kept)


def send(pid: int, number: int) -> bool:
    """Signal a process; whether it was reached."""
    try:
        os.kill(pid, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False


def started_at(pid: int) -> Optional[int]:
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
