"""One program, run to its end with a deadline."""

import os
import select
import signal
import time
from collections.abc import Collection, Mapping
from typing import Callable

from capture import Capture
from processes import reap
from waits import Waits

# A shell's exit status for a program that cannot be started.
_CANNOT_EXECUTE = 126


class Program:
    """
    Runs what `start` starts, (descriptors) → pid, with its output at 1 and 2, and serves `services` meanwhile. `kept`:
    processes that others wait for. Raises what `start` raises.
    """

    def __init__(
        self, start: Callable[[dict], int], services: Mapping[int, Callable[[], None]], kept: Collection[int]
    ) -> None:
        self._services = services
        self._kept = kept
        self._output, write_fd = os.pipe()
        os.set_blocking(self._output, False)
        try:
            self.pid = start({1: write_fd, 2: write_fd})
        except BaseException:
            os.close(self._output)
            raise
        finally:
            os.close(write_fd)
        try:
            self._exit = os.pidfd_open(self.pid)
        except OSError:
            os.kill(self.pid, signal.SIGKILL)
            reap(self.pid, kept)
            os.close(self._output)
            raise

    def finish(self, request: dict, linger_s: float = 0.0, end: Callable[[], None] = lambda: None) -> tuple[dict, bytes]:
        """
        Wait for its end, and up to `linger_s` more for processes that still hold its output open. Returns (fields of the
        reply, output); past `timeout_ms` the program is killed, and `end` ends what it started.
        """
        began = time.monotonic()
        status = None
        try:
            capture = Capture(request["max_output"])
            timed_out = self._collect(capture, began + request["timeout_ms"] / 1000, linger_s)
            if timed_out:
                os.kill(self.pid, signal.SIGKILL)
            # First, because `end` may end its namespace, which ends only after this process is waited for.
            status = reap(self.pid, self._kept)
            if timed_out:
                end()
                capture.read_from(self._output)
        finally:
            if status is None:
                os.kill(self.pid, signal.SIGKILL)
                reap(self.pid, self._kept)
            os.close(self._output)
            os.close(self._exit)
        fields = {
            "exit_code": status,
            "cwd": request.get("cwd", "/"),
            "duration_us": int((time.monotonic() - began) * 1e6),
        }
        if timed_out:
            fields["timeout"] = "deadline"
        return fields, capture.finish(fields)

    def _collect(self, capture: Capture, deadline: float, linger_s: float) -> bool:
        """Whether the deadline came before the program's end."""
        poll = select.poll()
        for fd in (self._output, self._exit, *self._services):
            poll.register(fd, select.POLLIN)
        waits = Waits()
        exited_at = None
        output_open = True
        while exited_at is None or output_open:
            left_s = (deadline if exited_at is None else exited_at + linger_s) - time.monotonic()
            if left_s <= 0 and exited_at is not None:
                break
            # Past the deadline, look once more: what delayed the runner did not delay the program.
            ready, held_up_s = waits.wait(poll, left_s)
            deadline += held_up_s
            for fd, _ in ready:
                if fd == self._output:
                    output_open = capture.read_from(fd)
                    if not output_open:
                        poll.unregister(fd)
                elif fd == self._exit:
                    poll.unregister(fd)
                    exited_at = time.monotonic()
                    capture.read_from(self._output)
                elif fd in self._services:
                    self._services[fd]()
            if left_s <= 0:
                break
        return exited_at is None


def argv_of(request: dict, shell: str) -> list[str]:
    """The program of an `exec` and its arguments."""
    return [shell, *request["argv"]] if request.get("by_shell") else request["argv"]


def not_started(request: dict, reason: str) -> tuple[dict, bytes]:
    """The outcome of a program that could not start because the agent has used up its resources."""
    capture = Capture(request["max_output"])
    capture.add(f"stepwell: no program could be started: {reason}\n".encode())
    fields = {"exit_code": _CANNOT_EXECUTE, "cwd": request["cwd"], "duration_us": 0}
    return fields, capture.finish(fields)
