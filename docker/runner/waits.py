"""Waits that measure how long the runner itself was delayed: stopped, or frozen with its container."""

import ctypes
import select
import time

# Maximum single wait. A pause during it shows, because the wait then ends late.
_SLICE_S = 0.25
# Delay that a busy machine may cause.
_LATE_S = 0.5
# Maximum by which a deadline moves, since the agent can keep the machine busy too.
_MOST_S = 10.0
_PR_SET_TIMERSLACK = 29
# How much later than asked a wait of the runner may end, and one of any other process, in nanoseconds.
_RUNNERS_SLACK, _USUAL_SLACK = 20_000_000, 50_000
_prctl = ctypes.CDLL(None).prctl


def wait_roughly() -> None:
    """
    Let the waits of this process end together with other timers of the kernel. Most of its waits are over before their time;
    an exact end would set the processor's timer twice for each, which takes long in a virtual machine.
    """
    _prctl(_PR_SET_TIMERSLACK, _RUNNERS_SLACK, 0, 0, 0)


def wait_exactly() -> None:
    """In a fork: undo `wait_roughly`."""
    _prctl(_PR_SET_TIMERSLACK, _USUAL_SLACK, 0, 0, 0)


class Waits:
    """The waits of one deadline."""

    def __init__(self) -> None:
        self._left_s = _MOST_S

    def wait(self, poll: select.poll, patience_s: float) -> tuple[list, float]:
        """Wait at most for the patience or a slice of it. Returns what is ready, and the seconds by which deadlines move."""
        patience_s = min(max(patience_s, 0.0), _SLICE_S)
        began = time.monotonic()
        ready = poll.poll(patience_s * 1000)
        return ready, self.held_up(time.monotonic() - began - patience_s)

    def held_up(self, late_s: float) -> float:
        """The seconds by which deadlines move if a wait has ended so many seconds late."""
        if late_s < _LATE_S:
            return 0.0
        held_up_s = min(late_s, self._left_s)
        self._left_s -= held_up_s
        return held_up_s
