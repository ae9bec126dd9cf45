"""
The time that a solution has used: wall-clock time while it waits, and processor time while it computes and other processes
compete for the processor. Time while the sandbox was paused, or while something else stopped the solution, does not count. A
solution can cause neither: it may not stop itself (`filter.py`), a crowd of its processes is detected, and its waiting for a
processor is forgiven only as far as the machine was busy with other processes. What the clock cannot tell apart, it reports
as a doubt.
"""

import contextlib
import select
import signal
import time
from collections.abc import Iterator

from .processor import REPORTS_WAITS, Others, crowded, ran_and_waited, state_of

# The interval of the judge's checks in seconds, and the delay from which a check counts as a gap.
TICK = 0.1
_SLACK = 0.4
# Waiting for a processor does not count. So that a grade ends, a part is also over when this share of its time is the limit.
_LEAST_SHARE = 0.05
# Seconds to wait for a solution that something else stopped.
_PATIENCE = 5.0
# All times of one reading are of one moment if it took at most this many seconds; the number of attempts at that.
_MOMENT = 0.005
_READINGS = 4
# The judge ends (SIGPROF) this many seconds of processor time after the limit of a part.
_EXCESS = 5.0
_STOPPED = ("T", "t")


class Over(BaseException):
    """The time is over. held: something else keeps the solution stopped."""

    def __init__(self, held: bool = False) -> None:
        super().__init__()
        self.held = held


class Clock:
    """The time of all parts of a grade, in seconds."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        # Number of waiting callers during which no time counts, or nothing is raised.
        self._off = self._quiet = 0
        # The time that counted, and the least share of all time: a part is over when one of them reaches the limit.
        self._limit = self._used = self._least = self._interval = 0.0
        # Time in which nothing ran, and in which the solution was stopped.
        self._gap = self._held = 0.0
        # Time that did not count although it may be the solution's.
        self._unsure = 0.0
        # While the solution is to answer: since when, and the descriptor from which the judge reads the answer.
        self._turn = None
        # Whether a check is under way: on a busy machine the next one may be due before it ends.
        self._counting = False
        # Whether the solution had a turn since the last check.
        self._had_turn = False
        self._last = time.monotonic()
        self._worked = time.process_time()
        self._delay = 0.0
        self.watch(None)

    def watch(self, pid: int | None) -> None:
        """Watch this solution process from now on, or none."""
        self._pid = pid
        self._others = None
        # Its processor time and its waiting until the last check, and the part of this waiting that was only assumed.
        self._seen = (0.0, 0.0) if pid is None else _state_and_times(pid)[1:]
        self._assumed = 0.0
        self._final = None

    def ended(self, ran: float, waited: float) -> None:
        """The watched process has ended, after so many seconds of running and of waiting for a processor."""
        self._final = ran, waited
        self._count()
        self.watch(None)

    def their_turn(self, descriptor: int) -> None:
        """From now on the solution is to answer; the answer comes from this descriptor."""
        self._turn, self._had_turn = (time.monotonic(), descriptor), True

    def own_turn(self) -> None:
        """The answer of the solution has been read."""
        self._turn = None

    @contextlib.contextmanager
    def part(self, seconds: float) -> Iterator[None]:
        """The time of one part: Over is raised in it when its time is over."""
        self._limit = min(seconds, self._left)
        self._used = self._least = self._gap = self._held = self._unsure = 0.0
        self._assumed = 0.0
        if self._limit <= 0:
            raise Over()
        self._mark()
        self._interval = min(TICK, self._limit / 4)
        signal.signal(signal.SIGALRM, self._tick)
        signal.setitimer(signal.ITIMER_REAL, self._interval, self._interval)
        # The judge may compute with a solution's values in one operation that no signal handler interrupts.
        signal.setitimer(signal.ITIMER_PROF, self._limit + _EXCESS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            self._count()
            self._left -= max(self._used, self._least)

    @property
    def over(self) -> bool:
        return max(self._used, self._least) >= self._limit or self._held > _PATIENCE

    def doubt(self, failed: bool) -> str | None:
        """
        How the result of the last part may be the machine's: `disturbed`, nothing ran for a while or something else stopped
        the solution; `starved`, other processes took so much that it cannot be told who took too long.
        """
        if self._gap > 0 or self._held > 0:
            return "disturbed" if failed or self._most > self._limit else None
        if (self.over and self._used < self._limit) or (not failed and self._most > self._limit):
            return "starved"
        return None

    @property
    def _most(self):
        """The time of the last part if everything counted."""
        return self._used + self._gap + self._held + self._unsure

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
        if self._counting:
            return
        if self._off:
            self._mark()
            return
        if time.monotonic() - self._last < self._interval / 2:
            # The last check was late: too short a time to be divided, so the next one counts it.
            return
        self._count()
        if not self._quiet:
            self.check()

    def _mark(self):
        self._last, self._worked, self._delay = time.monotonic(), time.process_time(), ran_and_waited("self")[1]

    def _count(self):
        self._counting = True
        try:
            self._add()
        finally:
            self._counting = False

    def _add(self):
        last, worked, delay = self._last, self._worked, self._delay
        reading = self._read()
        passed, own, late = self._last - last, self._worked - worked, self._delay - delay
        if passed < TICK / 2 and self._final is None:
            self._add_used(max(own, passed - late), passed)
            return
        state, theirs, waited = ("S", 0.0, 0.0) if self._pid is None else self._look(passed, *reading)
        if state in _STOPPED or (state == "Z" and self._quiet):
            self._held += passed
        elif passed - late > TICK + _SLACK and own < passed / 2:
            counted = passed if crowded(self._pid) else min(passed, max(TICK, own, theirs))
            self._add_used(counted, counted)
            self._gap += passed - counted
            self._assumed = 0.0
        elif passed > TICK + _SLACK and crowded(self._pid):
            self._add_used(passed, passed)
        else:
            self._share(passed, last, own, late, theirs, waited)
        # The clock's own work counts for nobody.
        self._worked = time.process_time()

    def _share(self, passed, last, own, late, theirs, waited):
        """Divide the time that passed: late and waited are the waiting of judge and solution for a processor."""
        idle = max(0.0, passed - own - theirs - max(0.0, waited))
        forgiven, unsure = self._lateness(last, late, idle)
        forgiven += waited
        if forgiven > 0 and self._pid is not None:
            busy, rest = self._busy_others(passed)
            forgiven, theirs = min(forgiven, busy), theirs + rest
        counted = max(min(passed, theirs + own), passed - forgiven)
        self._add_used(counted, passed)
        self._unsure += min(unsure, max(0.0, forgiven))
        self._had_turn = self._turn is not None

    def _add_used(self, counted, passed):
        self._used += counted
        self._least += passed * _LEAST_SHARE

    def _lateness(self, last, late, idle):
        """
        How much of the judge's waiting for a processor does not count, and how much of that may be the solution's time:
        while the solution has not answered, the judge's waiting delays nobody.
        """
        if self._turn is not None:
            since, descriptor = self._turn
            if not select.select([descriptor], [], [], 0)[0]:
                return min(late, max(0.0, since - last)), 0.0
        return late, min(late, idle) if self._had_turn else 0.0

    def _read(self):
        """
        Mark the time, and return the state of the solution, its processor time and its waiting until then. If the judge
        waited for a processor between two of these readings, they do not fit together: read again.
        """
        reading = "S", 0.0, 0.0
        for _ in range(_READINGS):
            self._mark()
            if self._final is not None:
                reading = "S", *self._final
            elif self._pid is not None:
                reading = _state_and_times(self._pid)
            if time.monotonic() - self._last < _MOMENT:
                break
        return reading

    def _look(self, passed, state, ran, waited):
        """State of the solution, its processor time, and its waiting for a processor since the last check."""
        if state == "Z":
            return state, 0.0, 0.0
        before, earlier = self._seen
        self._seen = ran, waited
        theirs, delayed = max(0.0, ran - before), max(0.0, waited - earlier)
        # The kernel reports a wait when it ends: until then it is assumed.
        if REPORTS_WAITS and (theirs > 0 or delayed > 0 or state != "R"):
            delayed, self._assumed = delayed - self._assumed, 0.0
        waits = max(0.0, passed - theirs - max(0.0, delayed)) if state == "R" else 0.0
        self._assumed += waits
        return state, theirs, delayed + waits

    def _busy_others(self, passed):
        """
        Processor time of others, and of the solution's other processes, while `passed`. The first time they are the maximum
        and 0: this is read only if someone waits for a processor, and never in a short test.
        """
        if self._others is None:
            self._others = Others(self._pid)
            return passed, 0.0
        return self._others.busy(passed)


def _state_and_times(pid):
    """State of a process, its processor time in seconds, and its waiting for a processor."""
    state, seconds, _ = state_of(pid)
    ran, waited = ran_and_waited(pid)
    return state, max(ran, seconds), waited
