"""What the kernel tells about processor time: of a process, of a solution's processes, of the whole machine."""

import os

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# From this number of processes and threads on, a solution itself may keep others from the processor.
_CROWD = 8
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
    """How busy the machine was with processes other than the solution's, between two checks."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._tasks = _tasks(pid)[1]
        self._busy, self._latest = _machine_busy(), _latest()

    def busy(self, passed: float, own: float) -> tuple[float, float]:
        """
        Processor time since the last check, in seconds: of others, and of all processes of the solution. own: the judge's.
        Processes that began and ended in between are unknown: they may have computed all the time, for the solution.
        """
        before, busy, latest = self._tasks, self._busy, self._latest
        self.__init__(self._pid)
        theirs = sum(max(0.0, seconds - before.get(name, 0.0)) for name, seconds in self._tasks.items())
        if busy is None or self._busy is None:
            return passed, theirs
        begun = max(0, self._latest - latest - 1) if self._latest != latest else 0
        return max(0.0, self._busy - busy - own - theirs - begun * passed), theirs
