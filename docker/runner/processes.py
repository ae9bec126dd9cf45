"""Functions to inspect and signal any process."""

import errno
import os
import re
import select
import signal
import time
from collections.abc import Collection
from typing import Optional, Union

_TICKS = os.sysconf("SC_CLK_TCK")
# Maximum time for an end that others delay, and the interval of the checks.
_END_S = 10.0
_LOOK_MS = 20
_ROUND_S = 0.001
_TRACER = re.compile(rb"^TracerPid:\s+(\d+)$", re.MULTILINE)


def ticks_at(moment: float) -> int:
    """
    A moment of the monotonic clock in the unit of a process's start time, 10 ms. A process that started just before it
    may appear to have started at it.
    """
    return int((time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic() + moment) * _TICKS)


def offer_first(pid: Union[int, str]) -> None:
    """When memory runs out, the kernel kills this process (a pid, or "self") and its descendants first, not the runner."""
    try:
        file = os.open(f"/proc/{pid}/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        # It has ended already.
        return
    try:
        os.write(file, b"1000")
    finally:
        os.close(file)


def children_of(pid: int) -> list[int]:
    """Children of a process that are alive or zombies."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def exit_status(status: int) -> int:
    """The exit status of a shell for a status of `wait`: 128 + signal if a signal killed the process."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def reap(pid: int, kept: Collection[int]) -> int:
    """
    Wait for a child that has ended or was killed; returns its exit status. The agent can delay the end. A tracer is
    notified before a parent: the tracer is killed. The first process of a namespace ends after all others, which may be
    children of the runner that the agent has made: they are waited for, except those of `kept`. Raises OSError if the
    child still does not end.
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
    """The tracer of a process, or 0."""
    with open(f"/proc/{pid}/status", "rb") as file:
        return int(_TRACER.search(file.read())[1])


def reap_orphans(kept: Collection[int]) -> None:
    """Wait for ended children of the runner that it does not know, except those of `kept`, which others wait for."""
    for pid in children_of(os.getpid()):
        if pid not in kept:
            os.waitpid(pid, os.WNOHANG)


def end_strays(kept: Collection[int]) -> None:
    """Kill children of the runner that it does not know, e.g. because their maker was killed meanwhile."""
    for pid in children_of(os.getpid()):
        if pid not in kept:
            send(pid, signal.SIGKILL)
            reap(pid, kept)


def send(pid: int, number: int) -> bool:
    """Signal a process; returns whether it exists."""
    try:
        os.kill(pid, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False


def started_at(pid: int) -> Optional[int]:
    """When a process started, in the unit of `ticks_at`; None if it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        return None


class LastPid:
    """The pid of the last started process, in the runner's pid namespace and those below it."""

    def __init__(self) -> None:
        self._file = os.open("/proc/loadavg", os.O_RDONLY | os.O_CLOEXEC)

    def read(self) -> bytes:
        return os.pread(self._file, 128, 0).rpartition(b" ")[2]

    def close(self) -> None:
        os.close(self._file)
