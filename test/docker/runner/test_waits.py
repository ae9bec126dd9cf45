"""Deadlines of a runner that is stopped for a while, or busy when they come."""

import json
import os
import signal
import time
import unittest

import overlay_case  # noqa: F401  # where the runner's modules are found

from capture import Capture
from processes import reap
from program import Program
from session import Session
from session_ends import GO, REPORT


def while_paused(*works):
    """What each work gives in a process that is stopped from 0.3 to 3.3 seconds after its start."""
    ends = [os.pipe() for _ in works]
    pids = [
        forked(lambda work=work, end=end: os.write(end, json.dumps(work()).encode())) for work, (_, end) in zip(works, ends)
    ]
    time.sleep(0.3)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(3)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    told = []
    for pid, (read_fd, write_fd) in zip(pids, ends):
        os.close(write_fd)
        with os.fdopen(read_fd) as file:
            told.append(json.loads(file.read(100)))
        os.waitpid(pid, 0)
    return told


def forked(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


class Interpreter:
    """Reports so many seconds after it is told to go."""

    def __init__(self, seconds, descriptors):
        def work():
            os.read(descriptors[GO], 16)
            time.sleep(seconds)
            os.write(descriptors[REPORT], b"1 0 /\0")
            time.sleep(60)

        self.pid = forked(work)

    def reap(self):
        return reap(self.pid, set())

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        self.reap()


def ran(seconds, deadline_s, idle_s=None, services=None):
    """What a session says of a command that takes so long; of one that came too late, which limit it passed."""
    session = Session(lambda _, descriptors: Interpreter(seconds, descriptors), "/", services or {})
    session._interrupt = lambda *_: True
    try:
        return session.run(b"", None, deadline_s, idle_s, Capture(100))[1]
    finally:
        session.close()


def finished(seconds, deadline_s, services=None):
    """Which limit a program passes that takes so long."""
    program = Program(lambda _: forked(lambda: time.sleep(seconds)), services or {}, set())
    fields, _ = program.finish({"max_output": 100, "timeout_ms": deadline_s * 1000})
    return fields.get("timeout")


class Pauses(unittest.TestCase):
    def test_are_no_time_of_what_runs_and_give_it_no_more_than_they_took(self):
        told = while_paused(
            lambda: ran(4.8, 4),
            lambda: ran(4.8, 60, idle_s=3),
            lambda: finished(4.8, 4),
            lambda: ran(30, 1),
            lambda: finished(30, 1),
        )
        self.assertEqual(told, [None, None, None, "deadline", "deadline"])


class Deadlines(unittest.TestCase):
    def late(self, play):
        """What comes of it where the runner itself is busy from before its end until after its deadline."""
        read_fd, write_fd = os.pipe()
        os.write(write_fd, b"x")
        try:

            def serve():
                os.read(read_fd, 1)
                time.sleep(0.6)

            return play(0.2, 0.4, services={read_fd: serve})
        finally:
            os.close(read_fd)
            os.close(write_fd)

    def test_are_kept_by_what_ended_before_them_while_the_runner_was_busy(self):
        self.assertIsNone(self.late(ran))
        self.assertIsNone(self.late(finished))

    def test_end_what_goes_on(self):
        self.assertEqual(ran(30, 0.3), "deadline")
        self.assertEqual(ran(30, 10, idle_s=0.3), "idle")
        self.assertEqual(finished(30, 0.3), "deadline")


if __name__ == "__main__":
    unittest.main()
