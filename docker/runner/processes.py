"""The processes of one pid namespace, as the runner sees them from outside."""

import os
import signal
import time

# How long killed processes may take to end.
_END_S = 0.3
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
    """The processes that a process has started and that live."""
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


def _stat(pid: int):
    """(state, parent, start in ticks) of a process, or None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return fields[0].decode(), int(fields[1]), int(fields[19])


class NamespaceProcesses:
    """
    Every process in the pid namespace of `first`. `interpreter` serves the session. `spared` are processes that are not
    the agent's, where it has no namespace of its own; else `first` is the namespace's first process.
    """

    def __init__(self, first: int, interpreter: int, spared=()) -> None:
        self.first = first
        self._spared = frozenset(spared)
        self.interpreter = interpreter
        # Of what shares the runner's namespace nothing may be left to ask.
        self._namespace = os.readlink(f"/proc/{'self' if spared else first}/ns/pid")
        self._stopped = set()

    def pids(self):
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                if os.readlink(f"/proc/{name}/ns/pid") == self._namespace:
                    found.append(int(name))
            except OSError:
                continue
        return found

    def _since(self, ticks: int):
        """What started at or after `ticks` and lives, but the session's own."""
        kept = {self.first, self.interpreter, *self._spared}
        for pid in self.pids():
            stat = _stat(pid)
            if pid not in kept and stat is not None and stat[0] != "Z" and stat[2] >= ticks:
                yield pid

    def count_since(self, ticks: int) -> int:
        """How many started at or after `ticks`, but the session's own."""
        return sum(1 for _ in self._since(ticks))

    def signal_since(self, ticks: int, number: int) -> int:
        """Signal what started at or after `ticks`, but the session's own; returns how many were reached."""
        return sum(send(pid, number) for pid in self._since(ticks))

    def end_since(self, ticks: int, meanwhile=lambda: None) -> None:
        """Kill what started at or after `ticks`, and wait a little, doing `meanwhile`, until none of it lives."""
        until = time.monotonic() + _END_S
        while self.signal_since(ticks, signal.SIGKILL) and time.monotonic() < until:
            meanwhile()
            time.sleep(0.001)

    def kill_all(self) -> None:
        """End all but the session's own, one after the other, again and again until a round finds nothing."""
        for _ in range(100):
            if not self.signal_since(0, signal.SIGKILL):
                return

    def stop(self) -> None:
        """Halt all, again and again until a round finds nothing new, so that a forking process cannot outrun it."""
        for _ in range(100):
            fresh = 0
            for pid in self.pids():
                stat = _stat(pid)
                if pid in self._spared or pid in self._stopped or stat is None or stat[0] in "TZX":
                    continue
                if send(pid, signal.SIGSTOP):
                    self._stopped.add(pid)
                    fresh += 1
            if not fresh:
                return

    def resume(self) -> None:
        """Let go on what `stop` halted, and nothing else."""
        for pid in self._stopped:
            send(pid, signal.SIGCONT)
        self._stopped.clear()


def send(pid: int, number: int) -> int:
    """Signal a process; 1 when it was reached, else 0."""
    try:
        os.kill(pid, number)
        return 1
    except (ProcessLookupError, PermissionError):
        return 0
