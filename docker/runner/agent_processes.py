"""The processes of a session, observed and stopped from outside."""

import os
import re
import signal
import time
from collections.abc import Container, Iterable
from typing import Callable, NamedTuple, Optional, TypeVar

from processes import LastPid, send, started_at

# Limits on rounds and on the runner's processor time: neither grows while the whole container is frozen.
_ROUNDS = 3000
_ROUND_S = 0.001
_BUDGET_S = 1.5
# In these rounds all are stopped at once, since some start others faster than they are found.
_STROKES = frozenset(range(2, _ROUNDS, 25))
# A process that waits in the kernel for another process stops only after that; it is checked like the others.
_PATIENCE_ROUNDS = 50
# Kill rounds for the processes of an action. If some still start others after that, the session is ended.
_KILLS = 20
# Maximum time that killed processes may take to end.
_END_ROUNDS = 300
_STOPPED = frozenset("TtZX")
_ENDED = frozenset("ZX")


class _Budget:
    """Budget of one or more halts. `times`: a multiple of the budget of one halt."""

    def __init__(self, times: int) -> None:
        self._rounds = _ROUNDS * times
        self._seconds = _BUDGET_S * times
        self._began = time.process_time()

    def spend(self) -> bool:
        """Use up one round; whether there was one left."""
        self._rounds -= 1
        return self._rounds >= 0 and time.process_time() - self._began <= self._seconds


class Task(NamedTuple):
    """A thread at one moment. `switches`: its number of context switches, which grows whenever it has run."""

    state: str
    switches: int


_Seen = TypeVar("_Seen")
# By process and thread.
Tasks = dict[tuple[int, int], Task]


class AgentProcesses:
    """
    Every process that the runner sees, except the runner's own, which `own` returns. `first` is the first process of the
    session's namespace, `interpreter` the one that serves it. `stroke` signals all of them at once, so that no new
    process is missed.

    Only public facts of a process are read, so that a process of another user, or one whose memory nobody may read, is
    found too.
    """

    def __init__(
        self, first: int, interpreter: int, stroke: Callable[[int], None], own: Callable[[], Container[int]]
    ) -> None:
        self.first = first
        self.interpreter = interpreter
        self._stroke = stroke
        self._own = own
        self._last_pid = LastPid()
        self._stopped = set()
        self._rest: Optional[Tasks] = None

    @property
    def at_rest(self) -> bool:
        """Whether `halt` holds it."""
        return self._rest is not None

    def halt(self, budget: Optional[_Budget] = None) -> bool:
        """
        Stop all processes; whether that was possible. A process can be resumed by a timer of its own: see `undisturbed`.
        """
        if self._rest is not None:
            return True
        budget = budget or _Budget(1)
        before: Tasks = {}
        number = -1
        while budget.spend():
            number += 1
            last = self._last_pid.read()
            tasks, complete = self._tasks()
            running = {key for key, task in tasks.items() if task.state not in _STOPPED}
            if number >= _PATIENCE_ROUNDS:
                running = {key for key in running if tasks[key].state != "D" or before.get(key) != tasks[key]}
            if not running and complete and self._last_pid.read() == last:
                self._rest = tasks
                return True
            before = tasks
            self._stop({pid for pid, _ in running})
            if number in _STROKES:
                self._stopped.update(pid for pid, _ in tasks)
                self._stroke(signal.SIGSTOP)
            elif number > 0:
                time.sleep(_ROUND_S)
        return False

    def undisturbed(self) -> bool:
        """Whether none of them ran since `halt`."""
        tasks, complete = self._tasks()
        return complete and tasks == self._rest

    def while_stopped(self, look: Callable[[], _Seen]) -> Optional[_Seen]:
        """The result of `look` at stopped processes; None if they did not stay stopped. What was at rest before stays so."""
        held = self.at_rest
        try:
            if not self.halt():
                return None
            seen = look()
            return seen if self.undisturbed() else None
        finally:
            if not held:
                self.release()

    def close(self) -> None:
        self._last_pid.close()

    def release(self) -> None:
        """Resume the processes that `halt` stopped, and no others."""
        self._rest = None
        for pid in self._stopped:
            send(pid, signal.SIGCONT)
        self._stopped.clear()

    def count_others(self) -> int:
        """Number of processes besides the session's own."""
        return len(self._since(0))

    def count_since(self, ticks: int) -> int:
        """Number of processes that started at or after `ticks`, without the session's own."""
        return len(self._since(ticks))

    def signal_since(self, ticks: int, number: int) -> None:
        """Signal the processes that started at or after `ticks`, except the session's own."""
        for pid in self._since(ticks):
            send(pid, number)

    def end_since(self, ticks: int, meanwhile: Callable[[], None] = lambda: None) -> bool:
        """
        Kill the processes that started at or after `ticks`, except the session's own, and wait for their end, calling
        `meanwhile`. Returns whether none of them is left: all processes are stopped during the search, so that none
        escapes it. Some processes start others whenever they are resumed; the halts together have twice the budget of
        one.
        """
        budget = _Budget(2)
        for _ in range(_KILLS):
            if not self.halt(budget):
                self.release()
                return False
            victims = self._since(ticks)
            if not victims and self.undisturbed():
                self.release()
                return True
            for pid in victims:
                send(pid, signal.SIGKILL)
            for _ in range(_END_ROUNDS):
                meanwhile()
                if not any(_lives(pid) for pid in victims):
                    break
                time.sleep(_ROUND_S)
            self.release()
        return False

    def _stop(self, pids: Iterable[int]) -> None:
        for pid in pids:
            if send(pid, signal.SIGSTOP):
                self._stopped.add(pid)

    def _since(self, ticks: int) -> list[int]:
        own = {self.first, self.interpreter}
        pids = {pid for (pid, _), task in self._tasks()[0].items() if task.state not in _ENDED}
        return [pid for pid in pids - own if (started_at(pid) or 0) >= ticks]

    def _tasks(self) -> tuple[Tasks, bool]:
        """The threads, and whether none vanished during the look."""
        tasks: Tasks = {}
        complete = True
        own = self._own()
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) in own:
                continue
            try:
                for thread in os.listdir(f"/proc/{name}/task"):
                    tasks[int(name), int(thread)] = _task(f"/proc/{name}/task/{thread}")
            except (FileNotFoundError, ProcessLookupError):
                complete = False
        return tasks, complete


_STATE = re.compile(rb"^State:\s+(\S)", re.MULTILINE)
_SWITCHES = re.compile(rb"^(?:non)?voluntary_ctxt_switches:\s+(\d+)$", re.MULTILINE)


def _task(folder: str) -> Task:
    """A thread as the kernel reports it. Raises OSError if it is gone."""
    with open(f"{folder}/status", "rb") as file:
        status = file.read()
    return Task(_STATE.search(status)[1].decode(), sum(map(int, _SWITCHES.findall(status))))


def _lives(pid: int) -> bool:
    """Whether a thread of it is left, even if the first one has ended."""
    try:
        return any(_task(f"/proc/{pid}/task/{thread}").state not in _ENDED for thread in os.listdir(f"/proc/{pid}/task"))
    except (FileNotFoundError, ProcessLookupError):
        return False
