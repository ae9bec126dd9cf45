"""
The time that a solution has used: wall-clock time while it waits, and processor time while it computes and other processes
compete for the processor. Time while the sandbox was paused, or while something else stopped the solution, does not count. A
solution can cause neither: it may not stop itself (`filter.py`), a crowd of its processes is detected, and its waiting for a
processor is forgiven only as far as the machine was busy with other processes.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterator

# The interval of the judge's checks in seconds, and the delay from which a check counts as a gap.
TICK = 0.1
_SLACK = 0.4
# Waiting for a processor does not count, but at least this share of the time does.
_LEAST_SHARE = 0.1
# From this share of the time on the judge counts as computing, not waiting.
_WORKING = 0.05
# Seconds to wait for a solution that something else stopped.
_PATIENCE = 5.0
# From this number of processes and threads on, a solution itself may keep others from the processor.
_CROWD = 8
# The judge ends (SIGPROF) this many seconds of processor time after the limit of a part.
_EXCESS = 5.0
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_STOPPED = ("T", "t")


class Over(BaseException):
    """The time is over. held: something else keeps the solution stopped."""

    def __init__(self, held: bool = False) -> None:
        super().__init__()
        self.held = held


def _waited(pid):
    """Seconds that a process waited for a processor; 0 if the kernel does not report it."""
    try:
        with open(f"/proc/{pid}/schedstat", "rb", 0) as file:
            return int(file.read(100).split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def _state_of(pid):
    """State, processor time in seconds and number of threads of a process; Z if it does not exist."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return "Z", 0.0, 0
    return fields[0].decode(), (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND, int(fields[17])


def _user_of(pid):
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None


def _tasks(pid):
    """
    Number of threads of a solution's processes, and their processor time in seconds by process. These are all processes
    of its user; if that is also the judge's user, those younger than the judge.
    """
    judge, user = os.getpid(), _user_of(pid)
    least = judge + 1 if user == os.getuid() else 0
    numbers = [name for name in os.listdir("/proc") if name.isdigit() and int(name) >= least and _user_of(name) == user]
    states = {name: _state_of(name) for name in numbers}
    return sum(threads for _, _, threads in states.values()), {name: seconds for name, (_, seconds, _) in states.items()}


def _crowded(pid):
    """Whether a solution has many threads in all of its processes."""
    return pid is not None and _tasks(pid)[0] > _CROWD


def _machine_busy():
    """Processor time of the whole machine in seconds, with time stolen by other machines; None if it is not reported."""
    try:
        with open("/proc/stat", "rb") as file:
            user, nice, system, _, _, irq, soft, stolen = file.readline().split()[1:9]
    except (OSError, ValueError):
        return None
    return sum(map(int, (user, nice, system, irq, soft, stolen))) / _TICKS_PER_SECOND


def _latest():
    """The id of the latest process or thread."""
    try:
        with open("/proc/loadavg", "rb") as file:
            return int(file.read().split()[4])
    except (OSError, ValueError, IndexError):
        return 0


class _Others:
    """How busy the machine was with processes other than the solution's, between two checks."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._tasks = _tasks(pid)[1]
        self._busy, self._latest = _machine_busy(), _latest()

    def busy(self, passed: float, own: float) -> float:
        """
        Processor time of others since the last check, in seconds. own: the judge's. Processes that began and ended in
        between are unknown: they may have computed all the time.
        """
        before, busy, latest = self._tasks, self._busy, self._latest
        self.__init__(self._pid)
        if busy is None or self._busy is None:
            return passed
        begun = max(0, self._latest - latest - 1) if self._latest != latest else 0
        theirs = sum(max(0.0, seconds - before.get(name, 0.0)) for name, seconds in self._tasks.items())
        return max(0.0, self._busy - busy - own - theirs - begun * passed)


class Clock:
    """The time of all parts of a grade, in seconds."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        # Number of waiting callers during which no time counts, or nothing is raised.
        self._off = self._quiet = 0
        self._limit = self._used = 0.0
        # Time in which nothing ran, and in which the solution was stopped.
        self._gap = self._held = 0.0
        self._last = time.monotonic()
        self._worked = time.process_time()
        self._delay = 0.0
        self.watch(None)

    def watch(self, pid: int | None) -> None:
        """Watch this solution process from now on, or none."""
        self._pid = pid
        self._others = None
        self._seen = (0.0, 0.0) if pid is None else (_state_of(pid)[1], _waited(pid))

    @contextlib.contextmanager
    def part(self, seconds: float) -> Iterator[None]:
        """The time of one part: Over is raised in it when its time is over."""
        self._limit = min(seconds, self._left)
        self._used = self._gap = self._held = 0.0
        if self._limit <= 0:
            raise Over()
        self._mark()
        tick = min(TICK, self._limit / 4)
        signal.signal(signal.SIGALRM, self._tick)
        signal.setitimer(signal.ITIMER_REAL, tick, tick)
        # The judge may compute with a solution's values in one operation that no signal handler interrupts.
        signal.setitimer(signal.ITIMER_PROF, self._limit + _EXCESS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            self._count()
            self._left -= self._used

    @property
    def over(self) -> bool:
        return self._used >= self._limit or self._held > _PATIENCE

    @property
    def disturbed(self) -> bool:
        """Whether nothing ran for a while in the last part, or something else stopped the solution."""
        return self._gap > 0 or self._held > 0

    @property
    def exceeded(self) -> bool:
        """Whether the last part would have run out of time if that time counted."""
        return self._used + self._gap + self._held > self._limit

    def check(self) -> None:
        """Raise Over if the time is over."""
        if self.over:
            raise Over(held=self._held > _PATIENCE)

    @contextlib.contextmanager
    def off(self) -> Iterator[None]:
        """Time that does not count for the solution."""
        self._count()
        self._off += 1
        try:
            yield
        finally:
            self._off -= 1
            self._mark()

    @contextlib.contextmanager
    def quiet(self) -> Iterator[None]:
        """
        Time in which nothing is raised: the caller waits for the end of the solution and checks the time itself. After
        that end, the time is for reporting.
        """
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1

    def _tick(self, number, frame):
        if self._off:
            self._mark()
            return
        self._count()
        if not self._quiet:
            self.check()

    def _mark(self):
        self._last, self._worked, self._delay = time.monotonic(), time.process_time(), _waited("self")

    def _count(self):
        last, worked, delay = self._last, self._worked, self._delay
        self._mark()
        passed, own = self._last - last, self._worked - worked
        if passed < TICK / 2:
            self._used += max(own, passed - (self._delay - delay))
            return
        state, theirs, waited = ("S", 0.0, 0.0) if self._pid is None else self._look()
        waited += self._delay - delay
        if state == "R" or own > passed * _WORKING:
            # One of judge and solution computes while the other waits.
            waited = max(waited, passed - theirs - own)
        if state in _STOPPED or (state == "Z" and self._quiet):
            self._held += passed
        elif passed > TICK + _SLACK and own < passed / 2:
            counted = passed if _crowded(self._pid) else min(passed, max(TICK, own, theirs))
            self._used += counted
            self._gap += passed - counted
        elif waited > 0 and self._pid is not None:
            waited = min(waited, self._busy_others(passed, own))
            self._used += min(passed, max(theirs + own, passed - waited, passed * _LEAST_SHARE))
        elif waited > 0:
            self._used += min(passed, max(own, passed - waited, passed * _LEAST_SHARE))
        else:
            self._used += passed

    def _look(self):
        """State of the solution, its processor time, and its waiting for a processor since the last check."""
        state, seconds, _ = _state_of(self._pid)
        before, earlier = self._seen
        waited = _waited(self._pid)
        self._seen = seconds, waited
        return state, max(0.0, seconds - before), max(0.0, waited - earlier)

    def _busy_others(self, passed, own):
        """
        Processor time of others while `passed`. The first time it is the maximum: this is read only if someone waits for
        a processor, and never in a short test.
        """
        if self._others is None:
            self._others, self._last_look = _Others(self._pid), self._last
            return passed
        since, self._last_look = self._last - self._last_look, self._last
        return self._others.busy(since, own) * (passed / since if since > passed else 1.0)
