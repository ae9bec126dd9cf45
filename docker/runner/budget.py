"""What one look at an agent's files may cost, whatever the agent left: every bound ends in a result, never in a fault."""

import time
from typing import NamedTuple

# Names between two looks at the clock.
_NAMES_BETWEEN_LOOKS = 64


class Bounds(NamedTuple):
    """
    Names that are looked at, bytes of the reply, and seconds of the runner's own processor time: several times what a full
    layer takes, and few enough that a crowd of such layers is still graded in time.
    """

    files: int = 100_000
    reply: int = 16 << 20
    seconds: float = 3.0


class Exceeded(Exception):
    """There is more than a bound allows: `files`, `bytes` or `time`; `unstable` where files moved while they were read."""

    def __init__(self, bound: str) -> None:
        super().__init__(bound)
        self.bound = bound


class Budget:
    """
    Counts what is spent. Time is processor time: a container that was frozen for a while has spent none.

    Every method raises `Exceeded`.
    """

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        self._files = bounds.files
        self._reply = bounds.reply
        self._until = time.process_time() + bounds.seconds

    def name(self) -> None:
        """One more name is looked at."""
        self._files -= 1
        if self._files < 0:
            raise Exceeded("files")
        if self._files % _NAMES_BETWEEN_LOOKS == 0:
            self.look()

    def told(self, size: int) -> None:
        """The reply grows by so many bytes."""
        self._reply -= size
        if self._reply < 0:
            raise Exceeded("bytes")

    def look(self) -> None:
        """Look at the clock."""
        if time.process_time() > self._until:
            raise Exceeded("time")
