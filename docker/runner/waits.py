"""Waits that tell how long the runner itself was held up: stopped, or frozen with its container."""

import select
import time

# Longest wait at once: a pause within it shows, as the wait then ends late.
_SLICE_S = 0.25
# A busy machine may be this late.
_LATE_S = 0.5
# What a deadline may move by; the agent can keep the machine busy as well.
_MOST_S = 10.0


class Waits:
    """The waits of one deadline."""

    def __init__(self) -> None:
        self._left_s = _MOST_S

    def wait(self, poll: select.poll, patience_s: float) -> tuple[list, float]:
        """What is ready within the patience or a slice of it, and the seconds by which deadlines are to move."""
        patience_s = min(max(patience_s, 0.0), _SLICE_S)
        began = time.monotonic()
        ready = poll.poll(patience_s * 1000)
        late_s = time.monotonic() - began - patience_s
        if late_s < _LATE_S:
            return ready, 0.0
        held_up_s = min(late_s, self._left_s)
        self._left_s -= held_up_s
        return ready, held_up_s
