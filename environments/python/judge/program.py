"""Runs a solution as a separate program."""

import os

from .channel import Closed
from .clock import Clock
from .starting import Spawner


def program_result(spawner: Spawner, clock: Clock, job: dict, stdin: str) -> tuple[bytes, dict, object]:
    """Its output as bytes, how it ended, and its error if it reported one."""
    given = os.memfd_create("stdin")
    taken = os.memfd_create("stdout")
    try:
        os.write(given, stdin.encode("utf-8", "surrogateescape"))
        os.lseek(given, 0, os.SEEK_SET)
        pid, channel = spawner.begin([given, taken])
        clock.watch(pid)
        with clock.quiet():
            try:
                channel.send(job)
            except Closed:
                pass
            ended = spawner.wait(pid)
        clock.ended(ended["seconds"], ended["waited"])
        try:
            said = channel.receive_within(0.01).get("error")
        except (Closed, AttributeError):
            said = None
        channel.close()
        size = os.fstat(taken).st_size
        return os.pread(taken, size, 0), ended, said
    finally:
        os.close(given)
        os.close(taken)
