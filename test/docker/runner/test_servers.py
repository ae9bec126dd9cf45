"""A request in progress outlives several servers, one after the other."""

import os
import select
import socket
import tempfile
import threading
import unittest
from unittest import mock

import overlay_case  # noqa: F401  # where the runner's modules are found

import runner as runner_main
from frames import FrameChannel


class Busy:
    """A sandbox whose session runs until it is told to end."""

    image = {"name": "red", "layers": ["a"]}

    def __init__(self, services):
        self._services = services
        self.done, self.end = os.pipe()

    def run(self, _header, _payload):
        poll = select.poll()
        for fd in (self.done, *self._services):
            poll.register(fd, select.POLLIN)
        while True:
            for fd, _ in poll.poll():
                if fd == self.done:
                    return {}, b"output"
                self._services[fd]()


class Servers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "runner.sock")
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(self.path)
        self.listening.listen()
        self.listening.settimeout(10)
        self.addCleanup(self.listening.close)

    def start(self):
        ours, theirs = socket.socketpair()
        fd = theirs.detach()

        def make(_settings, services):
            self.busy = Busy(services)
            return self.busy

        with mock.patch.object(runner_main, "make_sandbox", make):
            runner = runner_main.Runner(FrameChannel(fd, fd), {"STEPWELL_SOCKET": self.path})

        def serve():
            try:
                runner.serve()
            except runner_main.Disconnected:
                pass
            finally:
                os.close(fd)

        self.thread = threading.Thread(target=serve, daemon=True)
        self.thread.start()
        return ours

    def attach(self):
        connection, _ = self.listening.accept()
        connection.setblocking(True)
        channel = FrameChannel(connection.fileno(), connection.fileno())
        channel.write({"id": 1, "op": "attach", "key": "key"})
        return connection, channel, channel.read()[0]

    def test_a_server_that_waits_for_the_request_may_be_killed_too(self):
        first = self.start()
        channel = FrameChannel(first.fileno(), first.fileno())
        channel.write({"id": 1, "op": "hold", "key": "key", "grace_ms": 20_000})
        channel.read()
        channel.write({"id": 2, "op": "run", "lease": "a", "note": "turn"})
        first.close()
        second, channel, told = self.attach()
        self.assertEqual(told["image"], Busy.image)
        self.assertEqual(told["running"]["request"]["note"], "turn")
        channel.write({"id": 2, "op": "recall"})
        channel.write({"id": 3, "op": "ping"})
        self.assertEqual(channel.read()[0]["id"], 3)
        second.close()
        third, channel, told = self.attach()
        self.assertEqual(told["running"]["request"]["note"], "turn")
        channel.write({"id": 2, "op": "recall"})
        os.write(self.busy.end, b"x")
        header, payload = channel.read()
        self.assertEqual((header["id"], payload), (2, b"output"))
        third.close()


if __name__ == "__main__":
    unittest.main()
