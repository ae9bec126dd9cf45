"""What the kernel tells about processor time: of a process, of a solution's processes, of the whole machine."""

import os
import time

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# From this number of processes and threads on, a solution itself may keep others from the processor.
_CROWD = 8
# The shortest interval of which processor time is known well enough, in seconds: the kernel counts in hundredths.
_SHORTEST = 0.05
# Whether the kernel reports how long a process waited for a processor.
REPORTS_WAITS = os.path.exists("/proc/self/schedstat")


def ran_and_waited(pid: int | str) -> tuple[float, float]:
    """Seconds that a process's first thread ran, and that it waited for a processor; zeros if they are not reported."""
    try:
        with open(f"/proc/{pid}/schedstat", "rb", 0) as file:
            ran, waited = file.read(100).split()[:2]
            return int(ran) / 1e9, int(waited) / 1e9
    except (OSError, ValueError):
        return 0.0, 0.0


def state_of(pid: int | str) -> tuple[str, float, int]:
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
    states = {name: state_of(name) for name in numbers}
    return sum(threads for _, _, threads in states.values()), {name: seconds for name, (_, seconds, _) in states.items()}


def crowded(pid: int | None) -> bool:
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


class Others:
    """How busy the machine was with others than a process of the solution."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._read()
        # Processors in use in the last interval that was long enough to be measured; until then one by others is assumed.
        self._shares = 1.0, 0.0

    def _read(self):
        """A check may be late, so these readings have a time of their own."""
        self._at, self._own = time.monotonic(), time.process_time()
        self._busy, self._latest = _machine_busy(), _latest()
        self._tasks = _tasks(self._pid)[1]

    def busy(self, passed: float) -> tuple[float, float]:
        """
        Processor time while so many seconds passed, in seconds: of others, and of the solution's other processes. It is
        measured from the last reading until now, which is another interval if one of the two readings was late.
        """
        if time.monotonic() - self._at >= _SHORTEST:
            self._shares = self._measured()
        others, rest = self._shares
        return others * passed, rest * passed

    def _measured(self):
        """
        Processors that others used since the last reading, and that the solution's other processes used. Those that began
        and ended in between are unknown: they may have computed all the time, for the solution.
        """
        at, own, busy, latest, tasks = self._at, self._own, self._busy, self._latest, self._tasks
        self._read()
        passed = self._at - at
        used = {name: max(0.0, seconds - tasks.get(name, 0.0)) for name, seconds in self._tasks.items()}
        theirs = sum(used.values())
        rest = theirs - used.get(str(self._pid), 0.0)
        if busy is None or self._busy is None:
            return 1.0, rest / passed
        begun = max(0, self._latest - latest - 1) if self._latest != latest else 0
        others = self._busy - busy - (self._own - own) - theirs
        return max(0.0, others / passed - begun), rest / passed
