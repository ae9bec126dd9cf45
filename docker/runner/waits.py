"""Waits that measure how long the runner itself was delayed: stopped, or frozen with its container."""

import select
import time

# Maximum single wait. A pause during it shows, because the wait then ends late.
_SLICE_S = 0.25
# Delay that a busy machine may cause.
_LATE_S = 0.5
# Maximum by which a deadline moves, since the agent can keep the machine busy too.
_MOST_S = 10.0


class Waits:
    """The waits of one deadline."""

    def __init__(self) -> None:
        self._left_s = _MOST_S

    def wait(self, poll: select.poll, patience_s: float) -> tuple[list, float]:
        """Wait at most for the patience or a slice of it. Returns what is ready, and the seconds by which deadlines move."""
        patience_s = min(max(patience_s, 0.0), _SLICE_S)
        began = time.monotonic()
        ready = poll.poll(patience_s * 1000)
        late_s = time.monotonic() - began - patience_s
        if late_s < _LATE_S:
            return ready, 0.0
        held_up_s = min(late_s, self._left_s)
        self._left_s -= held_up_s
        return ready, held_up_s
