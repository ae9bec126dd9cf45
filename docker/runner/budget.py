"""Bounds of one look at an agent's files. Whatever the agent left, an exceeded bound gives a result, never a fault."""

import time
from typing import NamedTuple

# Names between two checks of the processor time.
_NAMES_BETWEEN_LOOKS = 64


class Bounds(NamedTuple):
    """
    Number of names, bytes of the reply, and seconds of the runner's processor time: several times what a full layer
    takes, and low enough that many such layers are graded in time.
    """

    files: int = 100_000
    reply: int = 16 << 20
    seconds: float = 3.0


class Exceeded(Exception):
    """A bound was exceeded: `files`, `bytes` or `time`. `unstable`: files moved while they were read."""

    def __init__(self, bound: str) -> None:
        super().__init__(bound)
        self.bound = bound


class Budget:
    """
    Counts what is spent. Time is processor time, which does not pass while a container is frozen.

    Every method raises `Exceeded`.
    """

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        self._files = bounds.files
        self._reply = bounds.reply
        self._until = time.process_time() + bounds.seconds

    def name(self) -> None:
        """Count one name."""
        self._files -= 1
        if self._files < 0:
            raise Exceeded("files")
        if self._files % _NAMES_BETWEEN_LOOKS == 0:
            self.look()

    def told(self, size: int) -> None:
        """Count bytes of the reply."""
        self._reply -= size
        if self._reply < 0:
            raise Exceeded("bytes")

    def look(self) -> None:
        """Check the processor time."""
        if time.process_time() > self._until:
            raise Exceeded("time")
